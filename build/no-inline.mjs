// A transform for asc: what is rarely called, or once, keeps a body of its own. At -O3 binaryen would copy it to every caller:
// 1.2 KB of http1.wasm, for which a head costs 2 ns more of 165. Where every head goes is left to it.
import binaryen from "assemblyscript/binaryen";
import { Transform } from "assemblyscript/transform";

/** Functions by their internal names, file/function: `*` stands for anything. */
const COLD = [
  // called at each line of a head, but for the usual ones
  "*/scanLineEnd",
  "*/isWord",
  "*/memberStart",
  // lines and values that are not usual
  "*/nameIdentity",
  "*/writeNumber",
  "*/joined",
  "*/leaveOut",
  "*/dropLine",
  "*/skipAnyName",
  "assembly/unfold/*",
  "*/lengthFault",
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
