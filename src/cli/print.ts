// Events as text: aligned lines for people, JSON lines for programs. Collects; its owner takes and writes.
import { styleText } from "node:util";
import type { HeaderFields, Http1ReceivedEvent, RemoteProtocolError } from "../index.ts";

export interface Printer {
  event(this: void, event: Http1ReceivedEvent, offset: number): void;
  error(error: RemoteProtocolError, offset: number): void;
  /** Another protocol begins: octets from `offset` up to `end` are not decoded. */
  switched(offset: number, end: number): void;
  /** What was printed since the last call. */
  take(): string;
}

export function createPrinter(json: boolean, colours: boolean): Printer {
  let text = "";
  const line = (value: object): void => {
    text += `${JSON.stringify(value)}\n`;
  };
  const entry = (offset: number, type: string, details: readonly string[], style: Style = "cyan"): void => {
    const paint = (wanted: Style, word: string): string => (colours ? styleText(wanted, word) : word);
    const [first = "", ...others] = details;
    const head = `${paint("dim", String(offset).padStart(OFFSET_WIDTH))}  ${paint(style, type.padEnd(TYPE_WIDTH))}  ${first}`;
    text += `${head.trimEnd()}\n`;
    for (const detail of others) text += `${INDENT}${detail}\n`;
  };
  const take = (): string => {
    const taken = text;
    text = "";
    return taken;
  };

  if (json) {
    return {
      event: (event, offset) => line(asJson(event, offset)),
      error: (error, offset) => {
        const { code, statusHint } = error;
        line({ type: "error", code, message: messageOf(error, offset), statusHint, offset });
      },
      switched: () => undefined,
      take,
    };
  }
  return {
    event: (event, offset) => entry(offset, event.type, describe(event)),
    error: (error, offset) =>
      entry(offset, "error", [`${error.code} (status ${error.statusHint})`, visible(messageOf(error, offset))], "red"),
    switched: (offset, end) =>
      entry(offset, "switched-protocol", [`${count(end - offset, "octet")} not decoded`], "yellow"),
    take,
  };
}

function asJson(event: Http1ReceivedEvent, offset: number): object {
  switch (event.type) {
    case "request":
      return {
        type: event.type,
        method: event.method,
        target: event.target,
        httpVersion: event.httpVersion,
        ...rest(event, offset),
      };
    case "informational-response":
    case "response":
      return {
        type: event.type,
        status: event.status,
        reason: event.reason,
        httpVersion: event.httpVersion,
        ...rest(event, offset),
      };
    case "data": {
      const { buffer, byteOffset, byteLength } = event.data;
      const data = Buffer.from(buffer, byteOffset, byteLength).toString("base64");
      return { type: event.type, data, chunkStart: event.chunkStart, chunkEnd: event.chunkEnd, offset };
    }
    case "end-of-message":
      return { type: event.type, ...rest(event, offset) };
    default:
      return { type: event.type, offset };
  }
}

function rest(event: { headers: HeaderFields }, offset: number): object {
  return { headers: event.headers.raw(), offset };
}

function describe(event: Http1ReceivedEvent): string[] {
  switch (event.type) {
    case "request":
      return [visible(`${event.method} ${event.target} HTTP/${event.httpVersion}`), ...fields(event.headers)];
    case "informational-response":
    case "response":
      return [visible(`HTTP/${event.httpVersion} ${event.status} ${event.reason}`), ...fields(event.headers)];
    case "data":
      return [`${count(event.data.length, "octet")}${chunkMarks(event)}`, excerpt(event.data)];
    case "end-of-message":
      return fields(event.headers);
    default:
      return [];
  }
}

/** The text too names the offset, and counts from the first octet of its own connection. */
function messageOf(error: RemoteProtocolError, offset: number): string {
  return error.message.replace(`at octet ${error.offset}`, `at octet ${offset}`);
}

function fields(headers: HeaderFields): string[] {
  return headers.raw().map(([name, value]) => visible(`${name}: ${value}`));
}

function chunkMarks(event: { chunkStart: boolean; chunkEnd: boolean }): string {
  if (event.chunkStart && event.chunkEnd) return ", a whole chunk";
  if (event.chunkStart) return ", a chunk begins";
  return event.chunkEnd ? ", a chunk ends" : "";
}

function excerpt(data: Uint8Array): string {
  const shown = String.fromCharCode(...data.subarray(0, EXCERPT_OCTETS)).replace(/["\\]/g, "\\$&");
  return `"${visible(shown)}"${data.length > EXCERPT_OCTETS ? ` and ${count(data.length - EXCERPT_OCTETS, "more octet")}` : ""}`;
}

/** One character per octet; what is not visible ASCII is escaped, for a terminal would obey it. */
function visible(octets: string): string {
  return octets.replace(
    /[^ -~]/g,
    (octet) => ESCAPES[octet] ?? `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

type Style = "cyan" | "dim" | "red" | "yellow";

const ESCAPES: Readonly<Record<string, string>> = { "\r": "\\r", "\n": "\\n", "\t": "\\t" };
const OFFSET_WIDTH = 9;
const TYPE_WIDTH = "informational-response".length;
const INDENT = " ".repeat(OFFSET_WIDTH + TYPE_WIDTH + 4);
const EXCERPT_OCTETS = 64;
