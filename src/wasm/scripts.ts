// The kernels as JavaScript: wasm2js of the scalar build.
import { http1Script } from "../../build/out/http1-script.js";
import { http2Script } from "../../build/out/http2-script.js";
import { setKernelScript } from "./module.ts";

/** Registers them for use where WebAssembly fails. */
export function setKernelScripts(): void {
  setKernelScript("http1", http1Script);
  setKernelScript("http2", http2Script);
}
