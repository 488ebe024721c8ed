// What the tests of src/http1 share: connections at a known point, and a short notation for what they give.
import { expect, test } from "vitest";
import {
  type HeaderFields,
  Http1Connection,
  type Http1Event,
  type Http1Options,
  type Http1Send,
  LocalProtocolError,
  RemoteProtocolError,
  type Role,
} from "../../src/http1/index.ts";
import { publish } from "../conformance/record.ts";
import { latin1, octets } from "../helpers.ts";

export { latin1, octets, random } from "../helpers.ts";

/** What was sent, as text. */
export function sent(connection: Http1Connection): string {
  return latin1(connection.bytesToSend());
}

// --- connections ----------------------------------------------------------------------------------------------------

export const HOST: readonly [string, string] = ["Host", "a"];

/** Sends a request without a body and drains it. */
export function request(connection: Http1Connection, method = "GET", headers: [string, string][] = []): void {
  connection.send({ type: "request", method, target: method === "CONNECT" ? "a:1" : "/", headers: [HOST, ...headers] });
  connection.send({ type: "end-of-message" });
  connection.bytesToSend();
}

/** A client that has sent a request without a body and waits for the response. */
export function client(method = "GET", options: Http1Options = {}): Http1Connection {
  const connection = new Http1Connection("client", options);
  request(connection, method);
  return connection;
}

export function server(options: Http1Options = {}): Http1Connection {
  return new Http1Connection("server", options);
}

/** Sends an answer without a body and drains it. */
export function answer(connection: Http1Connection, status = 200): void {
  connection.send({ type: "response", status, headers: { "Content-Length": "0" } });
  connection.send({ type: "end-of-message" });
  connection.bytesToSend();
}

// --- what comes out, in short ---------------------------------------------------------------------------------------

/** A line for each event and for the error that ends them, and the offset of each. */
export interface Seen {
  readonly lines: string[];
  readonly offsets: number[];
}

function fieldsOf(headers: HeaderFields): string {
  return headers
    .raw()
    .map(([name, value]) => ` | ${name}: ${value}`)
    .join("");
}

/** `GET / HTTP/1.1 | Host: a`, `HTTP/1.1 200 OK | A: b`, `data [hello]` (the marks are a chunk's ends), `end | A: b`, `closed` */
export function line(event: Http1Event): string {
  switch (event.type) {
    case "request":
      return `${event.method} ${event.target} HTTP/${event.httpVersion}${fieldsOf(event.headers)}`;
    case "informational-response":
    case "response":
      return `HTTP/${event.httpVersion} ${event.status} ${event.reason}${fieldsOf(event.headers)}`;
    case "data":
      return `data ${event.chunkStart ? "[" : ""}${latin1(event.data)}${event.chunkEnd ? "]" : ""}`;
    case "end-of-message":
      return `end${fieldsOf(event.headers)}`;
    case "connection-closed":
      return "closed";
    default:
      return event.type;
  }
}

/** `BAD_HOST 400 host`: code, status hint and field. */
export function faultLine(error: unknown): string {
  if (!(error instanceof RemoteProtocolError) && !(error instanceof LocalProtocolError)) throw error;
  return [error.code, error.statusHint, error.header].filter((part) => part !== undefined).join(" ");
}

/** Those whose last line is data that ended its chunk. */
const ended = new WeakSet<Seen>();

/**
 * Pulls until there is nothing more. Data of adjacent pieces is joined. A server that is paused is answered for when
 * `cycles`, so that one input can hold several requests.
 */
export function pull(connection: Http1Connection, seen: Seen, cycles = false): void {
  const { lines, offsets } = seen;
  while (true) {
    const last = lines.length - 1;
    let event: Http1Event;
    try {
      event = connection.nextEvent();
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      if (last >= 0 && lines[last] === faultLine(error)) return;
      lines.push(faultLine(error));
      offsets.push(error.offset);
      return;
    }
    if (event.type === "need-data") return;
    if (event.type === "paused") {
      if (!cycles) {
        if (lines[last] !== "paused") lines.push("paused");
        return;
      }
      answer(connection);
      connection.startNextCycle();
      continue;
    }
    if (event.type === "connection-closed") {
      if (lines[last] === "closed") return;
      lines.push("closed");
      offsets.push(event.offset);
      return;
    }
    const told = line(event);
    const joins = event.type === "data" && !event.chunkStart && lines[last]?.startsWith("data ") && !ended.has(seen);
    if (event.type === "data" && event.chunkEnd) ended.add(seen);
    else ended.delete(seen);
    if (joins) lines[last] += told.slice("data ".length);
    else {
      lines.push(told);
      offsets.push(event.offset);
    }
  }
}

/** How to read: with the end of the input? answering for a server? pulling after each piece, or only at the end? */
export interface Reading {
  readonly eof?: boolean;
  readonly cycles?: boolean;
  readonly late?: boolean;
}

/** Feeds the pieces and pulls. */
export function read(connection: Http1Connection, list: Iterable<Uint8Array>, how: Reading = {}): Seen {
  const { eof = false, cycles = false, late = false } = how;
  const seen: Seen = { lines: [], offsets: [] };
  for (const piece of list) {
    connection.feed(piece);
    if (!late) pull(connection, seen, cycles);
  }
  if (late) pull(connection, seen, cycles);
  if (eof) {
    connection.feedEof();
    pull(connection, seen, cycles);
  }
  return seen;
}

// --- every split ----------------------------------------------------------------------------------------------------

/** The input whole, octet by octet, with empty chunks between, and cut in two: a long one not everywhere. */
export function* splits(input: Uint8Array): Generator<Uint8Array[]> {
  const { length } = input;
  yield [input];
  const octetwise = pieces(input, length > 20_000 ? 1000 : 1);
  yield octetwise;
  yield octetwise;
  yield octetwise.flatMap((piece) => [piece, input.subarray(0, 0)]);
  yield pieces(input, length > 20_000 ? 4096 : 3);
  const edge = length > 2000 ? 10 : 50;
  const step = Math.ceil(length / (length > 2000 ? 10 : 200));
  for (let at = 1; at < length; at += at < edge || at > length - edge ? 1 : Math.min(step, length - edge - at + 1)) {
    yield [input.subarray(0, at), input.subarray(at)];
  }
}

function pieces(input: Uint8Array, size: number): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let at = 0; at < input.length; at += size) list.push(input.subarray(at, at + size));
  return list;
}

/** What all splits of the input give, which must be the same, pulled after each piece and only at the end. */
export function readEverySplit(make: () => Http1Connection, input: Uint8Array, how: Reading = {}): Seen {
  const whole = read(make(), [input], how);
  const wanted = JSON.stringify(whole);
  let late = false;
  for (const list of splits(input)) {
    late = !late;
    const cut = read(make(), list, { ...how, late });
    if (JSON.stringify(cut) === wanted) continue;
    expect(cut, `cut in ${list.length}: ${list.map((piece) => piece.length).slice(0, 4)}`).toEqual(whole);
  }
  return whole;
}

// --- tables of readings -----------------------------------------------------------------------------------------------

/** Stands in an input where something begins that is expected: an event, or the octet at fault. It is no octet. */
const MARK = "‸";

/** The end of the input. Stands last in an input. */
export const EOF = "⏚";

/** An input with a mark for each thing expected, and these. A last `paused` has no mark. */
export type Row = readonly [input: string, ...expected: string[]];

/** Takes the marks out of an input. */
export function unmarked(input: string): { bytes: Uint8Array; offsets: number[]; eof: boolean } {
  const eof = input.endsWith(EOF);
  const parts = (eof ? input.slice(0, -EOF.length) : input).split(MARK);
  const offsets: number[] = [];
  let at = 0;
  for (const part of parts.slice(0, -1)) {
    at += part.length;
    offsets.push(at);
  }
  return { bytes: octets(parts.join("")), offsets, eof };
}

/** Reads the row's input at every split, and with more octets behind it where those cannot matter. */
export function checkRow(make: () => Http1Connection, [input, ...expected]: Row, cycles = false): void {
  const { bytes, offsets, eof } = unmarked(input);
  expect(readEverySplit(make, bytes, { eof, cycles })).toEqual({ lines: expected, offsets });
  publish(make, latin1(bytes), eof, cycles);
  if (eof || !endsForGood(expected)) return;
  const longer = octets(`${latin1(bytes)}GET \0\r\n\r\n`);
  expect(readEverySplit(make, longer, { cycles }), "with trailing octets").toEqual({ lines: expected, offsets });
}

function endsForGood(expected: readonly string[]): boolean {
  return /^(paused|[A-Z][A-Z_0-9]+ \d{3}\b.*)$/.test(expected[expected.length - 1] ?? "");
}

/** A test for each row. */
export function readings(title: string, make: () => Http1Connection, rows: readonly Row[], cycles = false): void {
  test.for(rows.map((row) => ({ name: JSON.stringify(row[0]).slice(1, 100), row })))(`${title}: $name`, ({ row }) => {
    checkRow(make, row, cycles);
  });
}

// --- sending ----------------------------------------------------------------------------------------------------------

/** The line of the LocalProtocolError that the action throws, or "sent". */
export function refusal(action: () => void): string {
  try {
    action();
    return "sent";
  } catch (error) {
    return faultLine(error);
  }
}

/** All that can be seen of a connection. */
export function stateOf(connection: Http1Connection): Record<string, unknown> {
  const { localState, remoteState, remoteHttpVersion, outstandingRequests, bufferedBytes, queuedBytes } = connection;
  const { remoteIsWaitingFor100Continue, isWaitingFor100Continue, role } = connection;
  return {
    role,
    localState,
    remoteState,
    remoteHttpVersion,
    outstandingRequests,
    bufferedBytes,
    queuedBytes,
    remoteIsWaitingFor100Continue,
    isWaitingFor100Continue,
  };
}

/** Sends and expects a refusal that changes nothing that can be seen. */
export function refused(connection: Http1Connection, event: Http1Send): string {
  const before = stateOf(connection);
  const outcome = refusal(() => connection.send(event));
  if (outcome !== "sent") expect(stateOf(connection)).toEqual(before);
  return outcome;
}

export const both: readonly Role[] = ["client", "server"];
