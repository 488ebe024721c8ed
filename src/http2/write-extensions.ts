// ALTSVC (RFC 7838 4) and ORIGIN (RFC 8336 2): frames that only a server sends, and that change no state.
import type { AlternativeService } from "./events.ts";
import { ALTSVC, ORIGIN } from "./frames.ts";
import type { Session } from "./session.ts";

const HIGHEST_LENGTH = 0xffff;

/** An alternative service with each member read once and checked: for an origin, or on a stream. */
interface Service {
  readonly value: string;
  /** "" on a stream. */
  readonly origin: string;
  /** 0 for an origin. */
  readonly streamId: number;
}

/** @throws TypeError, RangeError for a bad value or origin, or for both or neither of origin and stream */
export function readService(service: AlternativeService): Service {
  const { value, origin = "", streamId = 0 } = service as Partial<Service>;
  checkAscii("value", value);
  checkAscii("origin", origin);
  if ((origin === "") === (streamId === 0)) throw new TypeError("altsvc takes an origin or a streamId");
  return { value, origin, streamId };
}

export function writeAlternativeService(session: Session, { value, origin, streamId }: Service): void {
  const length = 2 + origin.length + value.length;
  session.checkFits("altsvc", length);
  let at = writeLength(session, session.frame(length, ALTSVC, 0, streamId), origin);
  at = writeText(session, at, origin);
  writeText(session, at, value);
}

export function writeOrigin(session: Session, given: readonly string[]): void {
  if (!Array.isArray(given)) throw new TypeError("origins must be an array");
  const origins: string[] = [...given];
  let length = 0;
  for (const origin of origins) {
    checkAscii("origin", origin);
    length += 2 + origin.length;
  }
  session.checkFits("origin", length);
  let at = session.frame(length, ORIGIN, 0, 0);
  for (const origin of origins) at = writeText(session, writeLength(session, at, origin), origin);
}

function checkAscii(name: string, text: string | undefined): asserts text is string {
  if (typeof text !== "string") throw new TypeError(`${name} must be a string`);
  if (!/^[\x20-\x7e]*$/.test(text)) throw new RangeError(`${name} must be ASCII`);
  if (text.length > HIGHEST_LENGTH) throw new RangeError(`${name} must have at most ${HIGHEST_LENGTH} octets`);
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
