// sansio/js: the kernels as JavaScript, for runtimes without WebAssembly and pages that may not compile it. Importing it is
// enough; they serve where WebAssembly fails, and only there. It gives what `sansio` gives.
import { setKernelScripts } from "./wasm/scripts.ts";

export * from "./index.ts";

setKernelScripts();
