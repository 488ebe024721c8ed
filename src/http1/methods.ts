// The names of the methods that have a METHOD_ number in layout.ts.
import * as layout from "../../assembly/layout.ts";

/** Names by number; 0 is any other method. */
export const METHOD_NAMES: readonly string[] = /* @__PURE__ */ Object.assign([""], {
  [layout.METHOD_GET]: "GET",
  [layout.METHOD_HEAD]: "HEAD",
  [layout.METHOD_POST]: "POST",
  [layout.METHOD_PUT]: "PUT",
  [layout.METHOD_DELETE]: "DELETE",
  [layout.METHOD_CONNECT]: "CONNECT",
  [layout.METHOD_OPTIONS]: "OPTIONS",
  [layout.METHOD_TRACE]: "TRACE",
  [layout.METHOD_PATCH]: "PATCH",
});
