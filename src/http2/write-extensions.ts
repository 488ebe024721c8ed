// ALTSVC (RFC 7838 4) and ORIGIN (RFC 8336 2): frames that only a server sends, and that change no state.
import type { AlternativeService } from "./events.ts";
import { ALTSVC, ORIGIN } from "./frames.ts";
import type { Session } from "./session.ts";

const HIGHEST_LENGTH = 0xffff;

export function writeAlternativeService(session: Session, service: AlternativeService): void {
  const origin = "origin" in service ? service.origin : "";
  const streamId = "streamId" in service ? service.streamId : 0;
  checkAscii("value", service.value);
  checkAscii("origin", origin);
  if ((origin === "") === (streamId === 0)) throw new TypeError("altsvc takes an origin or a streamId");
  const length = 2 + origin.length + service.value.length;
  checkLength(session, "altsvc", length);
  let at = writeLength(session, session.frame(length, ALTSVC, 0, streamId), origin);
  at = writeText(session, at, origin);
  writeText(session, at, service.value);
}

export function writeOrigin(session: Session, origins: readonly string[]): void {
  let length = 0;
  if (!Array.isArray(origins)) throw new TypeError("origins must be an array");
  for (const origin of origins) {
    checkAscii("origin", origin);
    length += 2 + origin.length;
  }
  checkLength(session, "origin", length);
  let at = session.frame(length, ORIGIN, 0, 0);
  for (const origin of origins) at = writeText(session, writeLength(session, at, origin), origin);
}

function checkAscii(name: string, text: string): void {
  if (typeof text !== "string") throw new TypeError(`${name} must be a string`);
  if (!/^[\x20-\x7e]*$/.test(text)) throw new RangeError(`${name} must be ASCII`);
  if (text.length > HIGHEST_LENGTH) throw new RangeError(`${name} must have at most ${HIGHEST_LENGTH} octets`);
}

function checkLength(session: Session, name: string, length: number): void {
  const { maxFrameSize } = session.remote;
  if (length > maxFrameSize) throw new RangeError(`${name} must fit into one frame of ${maxFrameSize} octets`);
}

/** Writes the length of a text in 16 bits. Returns the place behind it. */
function writeLength(session: Session, at: number, text: string): number {
  const { page } = session.output;
  page[at] = text.length >>> 8;
  page[at + 1] = text.length;
  return at + 2;
}

function writeText(session: Session, at: number, text: string): number {
  const { page } = session.output;
  for (let i = 0; i < text.length; i++) page[at + i] = text.charCodeAt(i);
  return at + text.length;
}
