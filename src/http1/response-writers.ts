// Writes responses as octets, with the framing and the connection fields that they need: see writers.ts.
import {
  CLOSE,
  CODING,
  CONNECTION,
  HEAD_FACTS,
  KEEP_ALIVE,
  LENGTH,
  METHOD_CONNECT,
  METHOD_GET,
  METHOD_HEAD,
  RESPONSE,
} from "../../assembly/layout.ts";
import { type ErrorCode, LocalProtocolError } from "../shared/errors.ts";
import type { FieldPair, Pairs } from "../shared/field-pairs.ts";
import type { SendInformationalResponse, SendResponse } from "./events.ts";
import { IN_CHUNKS, UNTIL_CLOSE } from "./framing.ts";
import { REASONS } from "./reasons.ts";
import {
  checkString,
  checkVersion,
  EMPTY_LINE,
  outgoingFraming,
  type WrittenHead,
  word,
  writeHead,
} from "./writers.ts";

/** The facts of the request and the connection that govern a response. */
export interface ResponseContext {
  /** The request's method: one of layout.ts's METHOD_ numbers. */
  readonly method: number;
  /** Whether the connection may stay open. */
  readonly keepAlive: boolean;
  /** Whether an HTTP/1.0 peer must be told that it stays open. */
  readonly keepAliveAsked: boolean;
  /** The peer's version: "1.1", "1.0", or null when no valid message has come from it. */
  readonly version: string | null;
}

/**
 * Writes an informational response.
 * @param status the event's status, which is read only once: what is written and what moves the machine are the same
 * @throws LocalProtocolError when the informational response may not be sent.
 */
export function writeInformationalResponse(
  event: SendInformationalResponse,
  status: number,
  given: Pairs,
  upgradeProposed: boolean,
): string {
  const start = statusLine(event, status, 100, 199);
  if (status === 101 && !upgradeProposed) throw new LocalProtocolError("UNPROPOSED_SWITCH");
  const pairs = withoutFraming(given);
  return writeHead(RESPONSE, start, pairs, badReason);
}

/**
 * Writes a final response. Chooses the framing as h11 does: when the length is unknown, chunked to an HTTP/1.1 peer and
 * the end of the connection to any other; a response to HEAD gets the fields that one to GET would. Adds the connection
 * option close when the connection must close, and keep-alive for an HTTP/1.0 peer that asked for it.
 * @throws LocalProtocolError when the response may not be sent.
 */
export function writeResponse(
  event: SendResponse,
  status: number,
  given: Pairs,
  context: ResponseContext,
): WrittenHead {
  const { method, keepAlive, keepAliveAsked, version } = context;
  const start = statusLine(event, status, 200, 999);
  const bodiless = status === 204 || (method === METHOD_CONNECT && status < 300);
  let pairs: Pairs = bodiless ? withoutFraming(given) : given;
  let text = writeHead(RESPONSE, start, pairs, badReason);
  const facts = word(HEAD_FACTS);
  if (facts & CODING && facts & LENGTH) {
    throw new LocalProtocolError("CONTENT_LENGTH_WITH_TRANSFER_ENCODING", { header: "content-length" });
  }
  // The fields of a 304 and of a response to HEAD are those that a GET would have got: checked, although no body
  // follows.
  if (status === 304) outgoingFraming(false, METHOD_GET, 200, facts);
  let framing = outgoingFraming(false, method === METHOD_HEAD ? METHOD_GET : method, status, facts);
  let closes = !keepAlive || (facts & CLOSE) !== 0;
  let added = "";
  const checked = pairs;
  if (facts & CODING && version !== "1.1") pairs = without(pairs, "transfer-encoding");
  if (framing < 0 && version !== "1.1") {
    framing = UNTIL_CLOSE;
    if (method !== METHOD_HEAD) closes = true;
  } else if (framing === UNTIL_CLOSE) {
    added = "Transfer-Encoding: chunked\r\n";
    framing = IN_CHUNKS;
  }
  const option = missingOption(closes, keepAliveAsked, facts);
  if (option !== undefined && facts & CONNECTION) pairs = withConnectionOption(pairs, option);
  else if (option !== undefined) added += `Connection: ${option}\r\n`;
  if (pairs !== checked) text = writeHead(RESPONSE, start, pairs, badReason);
  if (added !== "") text = `${text.slice(0, -EMPTY_LINE.length)}${added}${EMPTY_LINE}`;
  return { text, facts, method, framing: method === METHOD_HEAD ? 0 : framing, closes };
}

function badReason(): ErrorCode {
  return "BAD_REASON";
}

// --- the status line ----------------------------------------------------------------------------------------------------

/** Status lines with IANA reason phrases, indexed by status; empty where there is no phrase. */
const STATUS_LINES: readonly string[] = /* @__PURE__ */ Array.from({ length: 600 }, (_, status) => {
  const reason = REASONS[status];
  return reason === undefined ? "" : `HTTP/1.1 ${status} ${reason}\r\n`;
});

function statusLine(
  event: SendResponse | SendInformationalResponse,
  status: number,
  least: number,
  most: number,
): string {
  const { reason } = event;
  checkVersion(event.httpVersion);
  if (typeof status !== "number") throw new TypeError("status must be a number");
  if (!Number.isInteger(status) || status < least || status > most) {
    throw new LocalProtocolError("BAD_STATUS", { seen: `${status}, where ${least} to ${most} is sent` });
  }
  if (reason === undefined) return STATUS_LINES[status] || `HTTP/1.1 ${status} \r\n`;
  checkString("reason", reason);
  return `HTTP/1.1 ${status} ${reason}\r\n`;
}

// --- framing and connection fields ----------------------------------------------------------------------------------

function without(pairs: Pairs, ...names: string[]): FieldPair[] {
  return pairs.filter(([name]) => !names.includes(name.toLowerCase()));
}

/**
 * Removes the framing fields: a message without a body by definition must not have them (RFC 9110 8.6, RFC 9112 6.1).
 */
function withoutFraming(pairs: Pairs): FieldPair[] {
  return without(pairs, "content-length", "transfer-encoding");
}

/** Returns the connection option that the response needs and does not have. */
function missingOption(closes: boolean, keepAliveAsked: boolean, facts: number): string | undefined {
  if (closes) return facts & CLOSE ? undefined : "close";
  return keepAliveAsked && !(facts & KEEP_ALIVE) ? "keep-alive" : undefined;
}

/** Adds the option to the first Connection field and removes any keep-alive; other options stay as they are. */
function withConnectionOption(pairs: Pairs, option: string): FieldPair[] {
  let added = false;
  return pairs.flatMap(([name, value]): FieldPair[] => {
    if (name.toLowerCase() !== "connection") return [[name, value]];
    const options = value
      .split(",")
      .map((member) => member.trim())
      .filter((member) => member !== "" && member.toLowerCase() !== "keep-alive");
    if (!added) options.push(option);
    added = true;
    return options.length > 0 ? [[name, options.join(", ")]] : [];
  });
}
