// A stream's priority as text (RFC 9218 4, 5): a dictionary of structured fields (RFC 9651) with two members that
// matter.
import { DEFAULT_URGENCY } from "./stream.ts";

export interface Priority {
  readonly urgency: number;
  readonly incremental: boolean;
}

const DEFAULT_PRIORITY: Priority = Object.freeze({ urgency: DEFAULT_URGENCY, incremental: false });
export const LOWEST_URGENCY = 7;

// key [ "=" item ] with parameters. The item is an integer, a boolean, or anything else, which is ignored. Anchored and
// matched once per member, so that the time stays linear in what a peer sends, however many blanks that has.
const MEMBER = /^[ \t]*([a-z*][a-z0-9_.*-]*)(?:=(\?[01]|-?\d{1,15}(?![\d.])|[^,;]+))?(?:;[^,]*)?[ \t]*$/;

/** Reads a priority field value or PRIORITY_UPDATE. A malformed one means the default (RFC 9218 4). */
export function parsePriority(field: string): Priority {
  let { urgency, incremental } = DEFAULT_PRIORITY;
  const text = field.trim();
  if (text === "") return DEFAULT_PRIORITY;
  for (const member of text.split(",")) {
    const [whole, key, value] = MEMBER.exec(member) ?? [];
    if (whole === undefined) return DEFAULT_PRIORITY;
    if (key === "u") urgency = /^[0-7]$/.test(value ?? "") ? Number(value) : DEFAULT_URGENCY;
    if (key === "i") incremental = value === undefined || value === "?1";
  }
  return { urgency, incremental };
}

/** Writes a priority as the shortest text; "" for the default. */
export function writePriority({ urgency, incremental }: Priority): string {
  const members = urgency === DEFAULT_URGENCY ? [] : [`u=${urgency}`];
  if (incremental) members.push("i");
  return members.join(", ");
}
