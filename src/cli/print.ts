// Prints events: aligned lines for people, JSON lines for programs. Collects the text; its owner takes and writes it.
import { styleText } from "node:util";
import { HeaderFields, type RemoteProtocolError } from "../index.ts";
import type { Emit, Protocol, Shown } from "./decoder.ts";
import { count, describe, visible } from "./describe.ts";

/** Which end sent an event, if both are decoded. */
export type From = "client" | "server";

export interface Printer {
  event: Emit;
  error(this: void, error: RemoteProtocolError, offset: number, protocol: Protocol): void;
  /** Another protocol begins: octets from `offset` up to `end` are not decoded. */
  switched(this: void, offset: number, end: number): void;
  /** Returns a printer for one of two directions, with the same output. */
  from(end: From): Printer;
  /** Returns what was printed since the last call. */
  take(): string;
}

export function createPrinter(json: boolean, colours: boolean): Printer {
  let text = "";
  const write = (line: string): void => {
    text += `${line}\n`;
  };
  const take = (): string => {
    const taken = text;
    text = "";
    return taken;
  };
  const printer = (from?: From): Printer => ({
    ...(json ? jsonLines(write, from) : aligned(write, colours, from)),
    from: printer,
    take,
  });
  return printer();
}

type Lines = Pick<Printer, "event" | "error" | "switched">;

function jsonLines(write: (line: string) => void, from: From | undefined): Lines {
  return {
    event: (event, offset) => write(JSON.stringify({ from, ...asJson(event), offset })),
    error: (error, offset, protocol) => {
      const { code, statusHint } = error;
      const http2Code = protocol === "http2" ? error.http2Code : undefined;
      const message = messageOf(error, offset);
      write(JSON.stringify({ from, type: "error", code, http2Code, message, statusHint, offset }));
    },
    switched: () => undefined,
  };
}

/** Converts an event for JSON: octets as base64, headers as pairs, the rest unchanged. */
function asJson(event: Shown): object {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]: [string, unknown]) => {
      if (value instanceof Uint8Array) return [name, Buffer.from(value).toString("base64")];
      return [name, value instanceof HeaderFields ? value.raw() : value];
    }),
  );
}

function aligned(write: (line: string) => void, colours: boolean, from: From | undefined): Lines {
  const end = from === undefined ? "" : `${from}  `;
  const indent = " ".repeat(end.length + OFFSET_WIDTH + TYPE_WIDTH + 4);
  const entry = (offset: number, type: string, details: readonly string[], style: Style): void => {
    const paint = (wanted: Style, word: string): string => (colours ? styleText(wanted, word) : word);
    const [first = "", ...others] = details;
    const place = paint("dim", end + String(offset).padStart(OFFSET_WIDTH));
    write(`${place}  ${paint(style, type.padEnd(TYPE_WIDTH))}  ${first}`.trimEnd());
    for (const detail of others) write(`${indent}${detail}`);
  };
  return {
    event: (event, offset) => {
      const isFrame = event.type === "frame";
      entry(offset, isFrame ? frameName(event.frame) : event.type, describe(event), isFrame ? "green" : "cyan");
    },
    error: (error, offset, protocol) => {
      const { code } = error;
      const hint = protocol === "http2" ? error.http2Code : `status ${error.statusHint}`;
      entry(offset, "error", [`${code} (${hint})`, visible(messageOf(error, offset))], "red");
    },
    switched: (offset, until) =>
      entry(offset, "switched-protocol", [`${count(until - offset, "octet")} not decoded`], "yellow"),
  };
}

function frameName(frame: string | number): string {
  return typeof frame === "string" ? frame : `type 0x${frame.toString(16)}`;
}

/** Returns the error's text, which also names the offset, with the offset in the input instead of in its connection. */
function messageOf(error: RemoteProtocolError, offset: number): string {
  return error.message.replace(`at octet ${error.offset}`, `at octet ${offset}`);
}

type Style = "cyan" | "dim" | "green" | "red" | "yellow";

const OFFSET_WIDTH = 9;
const TYPE_WIDTH = "informational-response".length;
