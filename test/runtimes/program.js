// What runs in every runtime: the whole conformance suite on the package, and which kernel did the work.
import suite from "sansio/conformance/http1.json" with { type: "json" };
import { runSuite } from "../conformance/drive.js";

/** @param {() => Promise<object>} load imports the package: only then may it make its kernel */
export async function judge(load) {
  let compiled = 0;
  if (typeof WebAssembly === "object") {
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class extends Instance {
      constructor(...parameters) {
        super(...parameters);
        compiled++;
      }
    };
  }
  const { cases, runs, failures } = runSuite(await load(), suite);
  return {
    cases,
    runs,
    failures: failures.slice(0, 3),
    failed: failures.length,
    kernel: compiled > 0 ? "WebAssembly" : "JavaScript",
  };
}
