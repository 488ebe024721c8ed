// A transform for asc: keeps functions that are called rarely, or once, from being inlined. At -O3 binaryen would copy
// them into every caller. This saves 1.2 KB of http1.wasm and costs 2 ns of 165 per head. Code that every head runs is
// left to binaryen: with skipSpaces, memberEnd, isSpelled and fault here too, the kernel had 431 octets less, and a
// request took 3 % more on Node 20.
import binaryen from "assemblyscript/binaryen";
import { Transform } from "assemblyscript/transform";

/** Internal function names, file/function; `*` matches anything. */
const COLD = [
  // called at lines of a head, other than the usual ones
  "*/scanLineEnd",
  "*/isWord",
  "*/memberStart",
  // unusual lines and values
  "*/nameIdentity",
  "*/writeNumber",
  "*/joined",
  "*/leaveOut",
  "*/dropLine",
  "*/skipAnyName",
  "assembly/unfold/*",
  "*/lengthFault",
  "*/addLengthFault",
  // addresses, CONNECT, chunk extensions
  "*/isAddress*",
  "*/isFutureAddress",
  "*/skipLiteral",
  "*/readAuthority",
  "assembly/chunk/*",
  // at instantiation
  "*/isOneOf",
  "*/takeSlot",
];

export default class NoInline extends Transform {
  afterCompile(module) {
    for (const pattern of COLD) {
      binaryen.setPassArgument("no-inline", pattern);
      module.runPasses(["no-inline"]);
    }
  }
}
