// Describes events for people: the lines that follow an event's type. Anything that is not visible ASCII is escaped,
// because a terminal would obey it.
import type { HeaderFields } from "../index.ts";
import type { Shown } from "./decoder.ts";

export function describe(event: Shown): string[] {
  switch (event.type) {
    case "request":
      if ("streamId" in event) return [...requestLine(event, on(event)), ...fields(event.headers)];
      return [visible(`${event.method} ${event.target} HTTP/${event.httpVersion}`), ...fields(event.headers)];
    case "informational-response":
    case "response":
      return [
        visible(`HTTP/${event.httpVersion} ${event.status} ${event.reason}`.trimEnd() + on(event)),
        ...fields(event.headers),
      ];
    case "data":
      return [`${count(event.data.length, "octet")}${chunkMarks(event)}${on(event)}`, excerpt(event.data)];
    case "end-of-message":
      return [on(event).slice(2), ...fields(event.headers)];
    case "frame":
      return [
        [event.flags.join(" "), count(event.length, "octet")].filter((part) => part !== "").join(", ") + on(event),
      ];
    case "stream-reset":
      return [`${event.code} ${event.remote ? "by the peer" : `for ${event.reason}`}${on(event)}`];
    case "settings":
    case "settings-acknowledged":
      return Object.entries(event.settings).map(([name, value]) => `${name}: ${value}`);
    case "ping":
    case "ping-acknowledged":
      return [Buffer.from(event.data).toString("hex")];
    case "window-updated":
      return [`${count(event.increment, "octet")} more${event.streamId === 0 ? "" : on(event)}`];
    case "goaway":
      return [`${event.code}, last stream ${event.lastStreamId}`, excerpt(event.debugData)].slice(
        0,
        event.debugData.length > 0 ? 2 : 1,
      );
    case "push-promise":
      return [
        ...requestLine(event, `, stream ${event.promisedStreamId} for ${event.streamId}`),
        ...fields(event.headers),
      ];
    case "priority-updated":
      return [`urgency ${event.urgency}${event.incremental ? ", incremental" : ""}${on(event)}`];
    case "alternative-service":
      return [visible(`${event.value}${event.origin === "" ? "" : ` for ${event.origin}`}`) + on(event)];
    case "origin":
      return event.origins.map(visible);
    case "unknown-frame":
      return [`${count(event.payload.length, "octet")}${on(event)}`, excerpt(event.payload)];
    default:
      return [];
  }
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly scheme: string;
  readonly authority: string;
  readonly protocol?: string | undefined;
}

function requestLine({ method, target, scheme, authority, protocol }: RequestLine, where: string): string[] {
  const pseudo = { ":scheme": scheme, ":authority": authority, ":protocol": protocol ?? "" };
  const given = Object.entries(pseudo).filter(([, value]) => value !== "");
  return [visible(`${method} ${target} HTTP/2`) + where, ...given.map(([name, value]) => visible(`${name}: ${value}`))];
}

/** Returns the stream of an HTTP/2 event. */
function on(event: object): string {
  return "streamId" in event ? `, stream ${event.streamId}` : "";
}

function fields(headers: HeaderFields): string[] {
  return headers.raw().map(([name, value]) => visible(`${name}: ${value}`));
}

function chunkMarks(event: object): string {
  const { chunkStart, chunkEnd } = event as { chunkStart?: boolean; chunkEnd?: boolean };
  if (chunkStart && chunkEnd) return ", a whole chunk";
  if (chunkStart) return ", a chunk begins";
  return chunkEnd ? ", a chunk ends" : "";
}

function excerpt(data: Uint8Array): string {
  const shown = String.fromCharCode(...data.subarray(0, EXCERPT_OCTETS)).replace(/["\\]/g, "\\$&");
  return `"${visible(shown)}"${data.length > EXCERPT_OCTETS ? ` and ${count(data.length - EXCERPT_OCTETS, "more octet")}` : ""}`;
}

/** Escapes whatever is not visible ASCII. @param octets one character per octet */
export function visible(octets: string): string {
  return octets.replace(
    /[^ -~]/g,
    (octet) => ESCAPES[octet] ?? `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\r": "\\r", "\n": "\\n", "\t": "\\t" };
const EXCERPT_OCTETS = 64;
