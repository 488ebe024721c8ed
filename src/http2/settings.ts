// SETTINGS (RFC 9113 6.5, RFC 8441 3, RFC 9218 2.1): one table for names, numbers, defaults and what values may be.
import type { ErrorCode } from "../shared/errors.ts";
import type { Http2Role } from "./options.ts";

/** What one end announces to the other. */
export interface Http2Settings {
  /** Octets of HPACK's dynamic table (SETTINGS_HEADER_TABLE_SIZE). 4096. */
  readonly headerTableSize: number;
  /** May the server push? true. */
  readonly enablePush: boolean;
  /** Streams that the peer may have open. Infinity. */
  readonly maxConcurrentStreams: number;
  /** Octets of DATA that may be sent on a new stream. 65535. */
  readonly initialWindowSize: number;
  /** Octets of the largest payload of a frame. 16384. */
  readonly maxFrameSize: number;
  /** Octets of a message's fields, 32 more for each: advice. Infinity. */
  readonly maxHeaderListSize: number;
  /** May the client send extended CONNECT (RFC 8441)? false. */
  readonly enableConnectProtocol: boolean;
  /** No priorities of RFC 7540 (RFC 9218 2.1). false. */
  readonly noRfc7540Priorities: boolean;
}

/** Settings that are not in Http2Settings, by their number. */
export type OtherSettings = Readonly<Record<number, number>>;

/** Settings to announce. */
export type GivenSettings = {
  readonly [Name in keyof Http2Settings]?: Http2Settings[Name] | undefined;
} & OtherSettings;

/** Settings of one frame. */
export type SomeSettings = Partial<Http2Settings> & OtherSettings;

interface SettingRow {
  readonly id: number;
  readonly name: keyof Http2Settings;
  readonly default: number | boolean;
  readonly least: number;
  readonly most: number;
  readonly fault: ErrorCode;
}

const NONE = Number.POSITIVE_INFINITY;
const U32 = 0xffffffff;

// biome-ignore format: a table
const SETTINGS: readonly SettingRow[] = [
  { id: 1, name: "headerTableSize",       default: 4096,  least: 0,     most: U32,        fault: "BAD_SETTING" },
  { id: 2, name: "enablePush",            default: true,  least: 0,     most: 1,          fault: "BAD_SETTING" },
  { id: 3, name: "maxConcurrentStreams",  default: NONE,  least: 0,     most: U32,        fault: "BAD_SETTING" },
  { id: 4, name: "initialWindowSize",     default: 65535, least: 0,     most: 0x7fffffff, fault: "BAD_INITIAL_WINDOW_SIZE" },
  { id: 5, name: "maxFrameSize",          default: 16384, least: 16384, most: 0xffffff,   fault: "BAD_SETTING" },
  { id: 6, name: "maxHeaderListSize",     default: NONE,  least: 0,     most: U32,        fault: "BAD_SETTING" },
  { id: 8, name: "enableConnectProtocol", default: false, least: 0,     most: 1,          fault: "BAD_SETTING" },
  { id: 9, name: "noRfc7540Priorities",   default: false, least: 0,     most: 1,          fault: "BAD_SETTING" },
];

const BY_ID: readonly (SettingRow | undefined)[] = Array.from({ length: 10 }, (_, id) =>
  SETTINGS.find((row) => row.id === id),
);
const BY_NAME: ReadonlyMap<string, SettingRow> = new Map(SETTINGS.map((row) => [row.name, row]));

/** Octets of one setting in a frame. */
export const SETTING_SIZE = 6;
const HIGHEST_ID = 0xffff;

/** What holds before a SETTINGS frame says otherwise. */
export const DEFAULT_SETTINGS: Http2Settings = Object.freeze(
  Object.fromEntries(SETTINGS.map((row) => [row.name, row.default])),
) as unknown as Http2Settings;

/** Settings that a caller gives, checked; what is undefined is left out. @throws TypeError, RangeError */
export function readSettings(role: Http2Role, given: GivenSettings): SomeSettings {
  if (typeof given !== "object" || given === null) throw new TypeError("settings must be an object");
  const read: Record<string, number | boolean> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) read[name] = checked(name, value);
  }
  if (role === "server" && read.enablePush === true) {
    throw new RangeError("settings.enablePush: a server must not announce it (RFC 9113 6.5.2)");
  }
  return read as SomeSettings;
}

function checked(name: string, value: number | boolean): number | boolean {
  const row = BY_NAME.get(name);
  if (row === undefined) {
    const id = Number(name);
    if (!Number.isInteger(id) || id < 0 || id > HIGHEST_ID || BY_ID[id] !== undefined) {
      throw new TypeError(`settings.${name} is no setting; known: ${[...BY_NAME.keys()].join(", ")}, and numbers`);
    }
    return checkedNumber(name, value, 0, U32);
  }
  if (typeof row.default === "boolean") {
    if (typeof value !== "boolean") throw new TypeError(`settings.${name} must be a boolean`);
    return value;
  }
  if (value === NONE && row.default === NONE) return value;
  return checkedNumber(name, value, row.least, row.most);
}

function checkedNumber(name: string, value: number | boolean, least: number, most: number): number {
  if (typeof value !== "number") throw new TypeError(`settings.${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`settings.${name} must be a whole number from ${least} to ${most}, not ${value}`);
  }
  return value;
}

/** Settings as the payload of a frame. What is Infinity is not said. */
export function writeSettings(settings: SomeSettings): Uint8Array {
  const entries = Object.entries(settings).filter(([, value]) => value !== NONE);
  const payload = new Uint8Array(entries.length * SETTING_SIZE);
  const view = new DataView(payload.buffer);
  entries.forEach(([name, value], index) => {
    view.setUint16(index * SETTING_SIZE, BY_NAME.get(name)?.id ?? Number(name));
    view.setUint32(index * SETTING_SIZE + 2, Number(value));
  });
  return payload;
}

/** One setting of a frame: its name, or its number where it is not known. */
export type SettingEntry = readonly [name: string, value: number | boolean];

/** The settings of a payload in `octets` from `at` on, in their order; or the fault of the first bad one. */
export function parseSettings(octets: Uint8Array, at: number, length: number): SettingEntry[] | ErrorCode {
  const entries: SettingEntry[] = [];
  const view = new DataView(octets.buffer, octets.byteOffset + at, length);
  for (let entry = 0; entry < length; entry += SETTING_SIZE) {
    const id = view.getUint16(entry);
    const value = view.getUint32(entry + 2);
    const row = BY_ID[id];
    if (row === undefined) entries.push([String(id), value]);
    else if (value < row.least || value > row.most) return row.fault;
    else entries.push([row.name, typeof row.default === "boolean" ? value === 1 : value]);
  }
  return entries;
}

/** The settings that hold after these, the last of each. */
export function settingsOf(entries: readonly SettingEntry[]): SomeSettings {
  return Object.fromEntries(entries) as unknown as SomeSettings;
}
