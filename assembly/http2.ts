// The exports of http2.wasm. Pure functions over BLOCK and TEXT: a header block in, records and text out, and back.
import { fillClasses } from "./bytes";
import { nameRule, valueFault } from "./field-rules";
import { fillHuffman } from "./huffman";
import { STATIC_RULES, TEXT } from "./layout-http2";
import { STATIC_TABLE } from "./static-table";

export { decodeBlock } from "./hpack-decode";
export { encodeBlock } from "./hpack-encode";

/** The name of this kernel, by which src/wasm/module.ts recognizes it. */
export const http2: bool = true;

fillClasses();
fillHuffman();
fillStaticRules();

/**
 * Returns what is wrong with the value at [start, end) of TEXT, where decodeBlock left it; 0 when nothing is. Called
 * when the name is in the dynamic table, as its rule is known only then.
 */
export function checkValue(rule: u32, start: u32, end: u32): i32 {
  return valueFault(rule, TEXT + start, TEXT + end, true);
}

/** Writes the rules of the static table's names. TEXT serves as scratch space for each name. */
function fillStaticRules(): void {
  let index: u32 = 1;
  let end = TEXT;
  let isName = true;
  // coverage: the text of the table is not empty
  for (let i = 0; i < STATIC_TABLE.length; i++) {
    const char = STATIC_TABLE.charCodeAt(i);
    if (char <= 0x20 && isName) {
      store<u8>(STATIC_RULES + index, <u8>nameRule(TEXT, end));
      isName = false;
    }
    if (isName) store<u8>(end++, <u8>char);
    if (char != 0x0a) continue;
    index++;
    end = TEXT;
    isName = true;
  }
}
