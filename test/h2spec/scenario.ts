// What a scenario of h2spec is here: frames of a peer, and all that this end says to them. h2spec is content with a
// closed connection or with either kind of error; here every frame that is emitted counts, and what follows.
import { GET, POST } from "../http2/case.ts";
import { bytes, type Code, type Fields, frame, headers, literals, ping, settings, TYPE } from "../http2/frames.ts";

/** Waits until this end has emitted a frame whose line begins so. */
export interface Awaited {
  readonly line: string;
}
export type Step = Uint8Array | Awaited;

export interface Scenario {
  /** h2spec's suite and section. */
  readonly section: string;
  readonly name: string;
  readonly steps: readonly Step[];
  /** Every frame emitted behind the handshake but SETTINGS, its ACK and WINDOW_UPDATE, as `frameLine` writes it. */
  readonly says: readonly string[];
  /** This end closes the connection; otherwise it still answers PING. */
  readonly closes: boolean;
}

export const awaited = (line: string): Awaited => ({ line });

/** A connection error: GOAWAY behind what was said before, then the end. */
export const goaway = (code: Code, last: number, ...before: readonly string[]) => ({
  says: [...before, `GOAWAY ${last} ${code}`],
  closes: true,
});

export const reset = (code: Code, stream = 1) => ({ says: [`RST_STREAM ${stream} ${code}`], closes: false });

export const said = (...says: readonly string[]) => ({ says, closes: false });

/** The connection is closed without a word. */
export const closed = { says: [], closes: true };

type Row = readonly [name: string, steps: Step | readonly Step[], outcome: Pick<Scenario, "says" | "closes">];

/** The scenarios of a section. */
export function section(name: string, ...rows: readonly Row[]): Scenario[] {
  return rows.map(([what, steps, outcome]) => ({
    section: name,
    name: what,
    steps: (Array.isArray(steps) ? steps : [steps]) as Step[],
    ...outcome,
  }));
}

// --- pieces -----------------------------------------------------------------------------------------------------------------

export const WHOLE = { end: true };
export const OPEN = { open: true };

/** A request on stream 1 that is whole, and one whose body follows. */
export const request = (...more: Fields): Uint8Array => headers(1, [...GET, ...more], WHOLE);
export const upload = (...more: Fields): Uint8Array => headers(1, [...POST, ...more]);
/** The pseudo-fields as one block, and another field. */
export const REQUEST = literals(GET);
export const MORE = literals([["x-more", "1"]]);

export const PING = ping("01234567");
export const PONG = said("PING ACK 01234567");
export const UNKNOWN = frame(0x16, 0, 0, new Uint8Array(8));
export const SHORT_PRIORITY = frame(TYPE.PRIORITY, 0, 1, bytes(128, 0, 0, 1));
export const setWindow = (size: number) => settings(["INITIAL_WINDOW_SIZE", size]);

/** A header block above the largest frame. */
export const tooLarge = (start: Fields): Uint8Array =>
  literals([...start, ...Array.from({ length: 5 }, (_, i) => [`x-${i}`, "x".repeat(4096)] as const)]);

/** What both servers answer. */
export const answer = (stream = 1): string[] => [`HEADERS ${stream}`, `DATA ${stream} hello END_STREAM`];
export const ANSWERED = said(...answer());
/** The answer on stream 1 is over. */
export const OVER = awaited("DATA 1 hello END_STREAM");
