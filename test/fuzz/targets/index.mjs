// @ts-check
// What is fuzzed.
import { TARGETS as programs } from "./adapter-programs.mjs";
import { TARGETS as adapters } from "./adapters.mjs";
import { TARGETS as compat } from "./compat.mjs";
import { TARGETS as hpack } from "./hpack.mjs";
import { TARGETS as http1 } from "./http1.mjs";
import { TARGETS as http1Send } from "./http1-send.mjs";
import { TARGETS as http2 } from "./http2.mjs";
import { TARGETS as http2Send } from "./http2-send.mjs";
import { TARGETS as kernel } from "./kernel.mjs";
import { TARGETS as nodeHttp } from "./node-http.mjs";
import { TARGETS as nodeHttpParser } from "./node-http-parser.mjs";
import { TARGETS as nodeTake } from "./node-take.mjs";

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  ...kernel,
  ...http1,
  ...http1Send,
  ...hpack,
  ...http2,
  ...http2Send,
  ...compat,
  ...adapters,
  ...programs,
  ...nodeHttpParser,
  ...nodeHttp,
  ...nodeTake,
};
