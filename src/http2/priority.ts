// A stream's priority as text (RFC 9218 4, 5): a dictionary of structured fields (RFC 9651) with two members that
// matter.
import { DEFAULT_URGENCY } from "./stream.ts";

export interface Priority {
  readonly urgency: number;
  readonly incremental: boolean;
}

const DEFAULT_PRIORITY: Priority = Object.freeze({ urgency: DEFAULT_URGENCY, incremental: false });
export const LOWEST_URGENCY = 7;

/** The urgencies as text, each at its index. */
const URGENCIES = ["0", "1", "2", "3", "4", "5", "6", "7"];

// key [ "=" item ] with parameters, up to the comma behind it or the end. The item is an integer, a boolean, or anything
// else, which is ignored. Sticky: each octet is passed once, so that the time stays linear in what a peer sends, however
// many blanks that has. Cutting the text at its commas first took three times as long.
const MEMBER = /[ \t]*([a-z*][a-z0-9_.*-]*)(?:=(\?[01]|-?\d{1,15}(?![\d.])|[^,;]+))?(?:;[^,]*)?[ \t]*(?:,|$)/y;

/** Reads a priority field value or PRIORITY_UPDATE. A malformed one means the default (RFC 9218 4). */
export function parsePriority(field: string): Priority {
  let { urgency, incremental } = DEFAULT_PRIORITY;
  const text = field.trim();
  if (text === "") return DEFAULT_PRIORITY;
  MEMBER.lastIndex = 0;
  do {
    const member = MEMBER.exec(text);
    if (member === null) return DEFAULT_PRIORITY;
    const { 1: key, 2: value } = member;
    if (key === "u") urgency = urgencyOf(value);
    if (key === "i") incremental = value === undefined || value === "?1";
  } while (text[MEMBER.lastIndex - 1] === ",");
  return { urgency, incremental };
}

/** Returns the default for anything that is no urgency. */
function urgencyOf(value: string | undefined): number {
  const urgency = value === undefined ? -1 : URGENCIES.indexOf(value);
  return urgency < 0 ? DEFAULT_URGENCY : urgency;
}

/** Writes a priority as the shortest text; "" for the default. */
export function writePriority({ urgency, incremental }: Priority): string {
  const members = urgency === DEFAULT_URGENCY ? [] : [`u=${urgency}`];
  if (incremental) members.push("i");
  return members.join(", ");
}
