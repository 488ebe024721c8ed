// sansio/js: the kernels as JavaScript, for runtimes without WebAssembly and pages that may not compile it. Importing
// it is enough: they are used where WebAssembly fails, and only there. Exports what `sansio` exports.
import { setKernelScripts } from "./wasm/scripts.ts";

export * from "./index.ts";
export { default } from "./index.ts";

setKernelScripts();
