// What runs in every runtime: the whole conformance suite on the package, and which kernels did the work.
import hpack from "sansio/conformance/hpack.json" with { type: "json" };
import http1 from "sansio/conformance/http1.json" with { type: "json" };
import http2 from "sansio/conformance/http2.json" with { type: "json" };
import { runSuite } from "../conformance/drive.js";

const KERNELS = new Map([
  [0, "JavaScript"],
  [2, "WebAssembly"],
]);

/** @param {() => Promise<object>} load imports the package: only then may it make its kernels */
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
  const sansio = await load();
  const results = [http1, http2, hpack].map((suite) => runSuite(sansio, suite));
  const failures = results.flatMap((result) => result.failures);
  const sum = (name) => results.reduce((total, result) => total + result[name], 0);
  return {
    cases: sum("cases"),
    runs: sum("runs"),
    failures: failures.slice(0, 3),
    failed: failures.length,
    kernel: KERNELS.get(compiled) ?? `${compiled} of 2 as WebAssembly`,
  };
}
