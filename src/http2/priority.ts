// The priority of a stream as text (RFC 9218 4, 5): a dictionary of structured fields (RFC 9651) of which two members count.
import { DEFAULT_URGENCY } from "./stream.ts";

export interface Priority {
  readonly urgency: number;
  readonly incremental: boolean;
}

const DEFAULT_PRIORITY: Priority = Object.freeze({ urgency: DEFAULT_URGENCY, incremental: false });
export const LOWEST_URGENCY = 7;

// key [ "=" item ] with parameters: an integer, a boolean, or anything else, which counts for nothing. It is tried at one
// place of each member alone: what a peer sends is looked at once, however long its blanks are.
const MEMBER = /^[ \t]*([a-z*][a-z0-9_.*-]*)(?:=(\?[01]|-?\d{1,15}(?![\d.])|[^,;]+))?(?:;[^,]*)?[ \t]*$/;

/** What a field value or a PRIORITY_UPDATE says; what is malformed says nothing (RFC 9218 4). */
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

/** The shortest text of a priority; "" is the default. */
export function writePriority({ urgency, incremental }: Priority): string {
  const members = urgency === DEFAULT_URGENCY ? [] : [`u=${urgency}`];
  if (incremental) members.push("i");
  return members.join(", ");
}
