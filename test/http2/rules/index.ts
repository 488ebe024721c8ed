// Every MUST and MUST NOT of RFC 9113 and RFC 7541 that speaks to an end of a connection. `npm run docs` writes them into
// docs/http2-rules.md; test/http2/rules.test.ts demands that each has tests, or a reason to have none.
import { CONNECTION_RULES } from "./connections.ts";
import { FRAME_TYPE_RULES } from "./frame-types.ts";
import { FRAME_RULES } from "./frames.ts";
import { HPACK_RULES } from "./hpack.ts";
import { MESSAGE_RULES } from "./messages.ts";
import type { Rule } from "./rule.ts";

export const RULES: Readonly<Record<"RFC 9113" | "RFC 7541", readonly Rule[]>> = {
  "RFC 9113": [...FRAME_RULES, ...FRAME_TYPE_RULES, ...MESSAGE_RULES, ...CONNECTION_RULES],
  "RFC 7541": HPACK_RULES,
};
