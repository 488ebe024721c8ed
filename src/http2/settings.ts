// SETTINGS (RFC 9113 6.5, RFC 8441 3, RFC 9218 2.1): one table of names, numbers, defaults and allowed values.
import type { ErrorCode } from "../shared/errors.ts";
import { checkFlag } from "../shared/options.ts";
import { HIGHEST_WINDOW, INITIAL_WINDOW } from "./frames.ts";
import type { Http2Role } from "./options.ts";

/** The settings that one end announces to the other, each with the value in effect before it is announced. */
export interface Http2Settings {
  /** SETTINGS_HEADER_TABLE_SIZE: octets that HPACK's dynamic table may take. Default 4096. */
  readonly headerTableSize: number;
  /** SETTINGS_ENABLE_PUSH: whether the server may push. Default true. */
  readonly enablePush: boolean;
  /** SETTINGS_MAX_CONCURRENT_STREAMS: streams that the other end may have open. Default Infinity. */
  readonly maxConcurrentStreams: number;
  /** SETTINGS_INITIAL_WINDOW_SIZE: octets of DATA that the other end may send on a new stream. Default 65535. */
  readonly initialWindowSize: number;
  /** SETTINGS_MAX_FRAME_SIZE: octets of the largest frame payload. Default 16384. */
  readonly maxFrameSize: number;
  /** SETTINGS_MAX_HEADER_LIST_SIZE: octets of a message's fields, plus 32 for each; advisory. Default Infinity. */
  readonly maxHeaderListSize: number;
  /** SETTINGS_ENABLE_CONNECT_PROTOCOL: whether the client may send extended CONNECT (RFC 8441). Default false. */
  readonly enableConnectProtocol: boolean;
  /**
   * SETTINGS_NO_RFC7540_PRIORITIES: true when the priorities of RFC 7540 are not used (RFC 9218 2.1). Default false.
   */
  readonly noRfc7540Priorities: boolean;
}

/** Settings that Http2Settings does not name, by number. */
export type OtherSettings = Readonly<Record<number, number>>;

/** Settings to announce: by name, or by number those that Http2Settings does not name. */
export type GivenSettings = {
  readonly [Name in keyof Http2Settings]?: Http2Settings[Name] | undefined;
} & OtherSettings;

/** The settings of one frame. */
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
  { id: 1, name: "headerTableSize",       default: 4096,           least: 0,     most: U32,            fault: "BAD_SETTING" },
  { id: 2, name: "enablePush",            default: true,           least: 0,     most: 1,              fault: "BAD_SETTING" },
  { id: 3, name: "maxConcurrentStreams",  default: NONE,           least: 0,     most: U32,            fault: "BAD_SETTING" },
  { id: 4, name: "initialWindowSize",     default: INITIAL_WINDOW, least: 0,     most: HIGHEST_WINDOW, fault: "BAD_INITIAL_WINDOW_SIZE" },
  { id: 5, name: "maxFrameSize",          default: 16384,          least: 16384, most: 0xffffff,       fault: "BAD_SETTING" },
  { id: 6, name: "maxHeaderListSize",     default: NONE,           least: 0,     most: U32,            fault: "BAD_SETTING" },
  { id: 8, name: "enableConnectProtocol", default: false,          least: 0,     most: 1,              fault: "BAD_SETTING" },
  { id: 9, name: "noRfc7540Priorities",   default: false,          least: 0,     most: 1,              fault: "BAD_SETTING" },
];

const BY_ID: readonly (SettingRow | undefined)[] = Array.from({ length: 10 }, (_, id) =>
  SETTINGS.find((row) => row.id === id),
);
const BY_NAME: ReadonlyMap<string, SettingRow> = new Map(SETTINGS.map((row) => [row.name, row]));

/** Octets that one setting takes in a frame. */
export const SETTING_SIZE = 6;
const HIGHEST_ID = 0xffff;

/** The settings in effect until a SETTINGS frame changes them. */
export const DEFAULT_SETTINGS: Http2Settings = Object.freeze(
  Object.fromEntries(SETTINGS.map((row) => [row.name, row.default])),
) as unknown as Http2Settings;

/** Checks the settings that a caller gives; undefined ones are left out. @throws TypeError, RangeError */
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
    checkFlag(`settings.${name}`, value);
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

/** Writes settings as the payload of a frame. Infinity is the highest number: left out, it would take nothing back. */
export function writeSettings(settings: SomeSettings): Uint8Array {
  const entries = Object.entries(settings);
  const payload = new Uint8Array(entries.length * SETTING_SIZE);
  const view = new DataView(payload.buffer);
  entries.forEach(([name, value], index) => {
    view.setUint16(index * SETTING_SIZE, BY_NAME.get(name)?.id ?? Number(name));
    view.setUint32(index * SETTING_SIZE + 2, Math.min(Number(value), U32));
  });
  return payload;
}

/** One setting of a frame, with its name, or its number when it is unknown. */
export type SettingEntry = readonly [name: string, value: number | boolean];

/**
 * Reads the settings of a payload in `octets` from `at` on, in their order. Returns the fault of the first bad one, if
 * any.
 */
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

/** Tells whether a setting has a meaning here. */
export function isKnown([name]: SettingEntry): boolean {
  return BY_NAME.has(name);
}

/** Returns entries as settings: the last of each wins. */
export function settingsOf(entries: readonly SettingEntry[]): SomeSettings {
  return Object.fromEntries(entries) as unknown as SomeSettings;
}
