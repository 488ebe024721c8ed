// Every case by the room it stands in. Rules name cases; no two have the same name.
import type { Case, Check } from "../case.ts";
import { ANNOUNCEMENTS, ENDS_OF_INPUT, LIMITS, PRIORITIES, SMALLEST } from "./extensions.ts";
import { ANSWERS, BLOCKS_WITHOUT_END, BOMBS, RESETS, USELESS } from "./floods.ts";
import { RECEIVED, UPDATES } from "./flow.ts";
import { BLOCKS, PADDING, PLACES, SIZES, UNKNOWNS } from "./framing.ts";
import { BROKEN, DECODED, INDEXED } from "./hpack.ts";
import { AFTERWARDS, CONNECTS, CONTENT, FIELDS, PSEUDO } from "./messages.ts";
import { PREFACES, SETTINGS } from "./preface.ts";
import { PUSHES, RESERVED } from "./push.ts";
import { BEGINNINGS, FRAMES, OPENINGS, WINDOWS } from "./sending.ts";
import { COMPRESSION, MESSAGES, PUSHING } from "./sending-messages.ts";
import { CLOSED, CONCURRENCY, GOAWAYS, IDLE, REFERENCES } from "./streams.ts";

/** What the peer sends. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  "connection preface (3.4)": PREFACES,
  "SETTINGS (6.5)": SETTINGS,
  "frame sizes (4.2)": SIZES,
  "streams of frames (6)": PLACES,
  "padding (6.1)": PADDING,
  "what is unknown (4.1, 5.5)": UNKNOWNS,
  "header blocks in pieces (4.3, 6.10)": BLOCKS,
  "idle streams (5.1)": IDLE,
  "closed streams (5.1)": CLOSED,
  "concurrency (5.1.2)": CONCURRENCY,
  "push (8.4)": PUSHES,
  "streams we promised (5.1)": RESERVED,
  "GOAWAY (6.8)": GOAWAYS,
  "streams beside each other (5, 8.1)": REFERENCES,
  "received DATA (6.9)": RECEIVED,
  "WINDOW_UPDATE (6.9)": UPDATES,
  "HPACK that is broken (RFC 7541)": BROKEN,
  "HPACK that is not (RFC 7541)": DECODED,
  "fields of the tables (RFC 7541)": INDEXED,
  "fields (8.2)": FIELDS,
  "pseudo-fields (8.3)": PSEUDO,
  "CONNECT (8.5)": CONNECTS,
  "content and trailers (8.1)": CONTENT,
  "after a malformed message (8.1.1)": AFTERWARDS,
  "floods: resets (10.5)": RESETS,
  "floods: header blocks without an end (10.5)": BLOCKS_WITHOUT_END,
  "floods: what must be answered (10.5)": ANSWERS,
  "floods: what brings nothing (10.5)": USELESS,
  "bombs (10.5.1)": BOMBS,
  "ALTSVC and ORIGIN (RFC 7838, RFC 8336)": ANNOUNCEMENTS,
  "priorities (RFC 9218)": PRIORITIES,
  "limits of our own": LIMITS,
  "frames with nothing in them": SMALLEST,
  "the end of the input": ENDS_OF_INPUT,
};

/** What this end sends. */
export const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  "sending: the beginning (3.4, 6.5)": BEGINNINGS,
  "sending: streams (5.1)": OPENINGS,
  "sending: frames (4, 6)": FRAMES,
  "sending: windows (6.9)": WINDOWS,
  "sending: messages (8)": MESSAGES,
  "sending: push (8.4)": PUSHING,
  "sending: HPACK (RFC 7541)": COMPRESSION,
};

/** The name of every test of a case or a check. */
export const NAMES: readonly string[] = [...Object.values(CASES), ...Object.values(CHECKS)]
  .flat()
  .map(({ name }) => name);
