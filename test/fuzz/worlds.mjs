// @ts-check
// The package twice: as CommonJS with WebAssembly, and as ES modules with the kernel as JavaScript, whose coverage is seen.
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import { Coverage } from "./coverage.mjs";

const DIST = new URL("../../dist/", import.meta.url);
const require = createRequire(DIST);

/** Both kernels are made at the first element that is read. @param {any} world */
function warm(world) {
  const connection = new world.Http1Connection("server");
  connection.feed(Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  connection.nextEvent();
  new world.HpackDecoder().decode(new Uint8Array([0x82]));
  new world.web.NetworkError("ABORTED", "");
}

/** @param {(name: string) => any} load @param {string} suffix */
async function parts(load, suffix) {
  const [compat, web, node, nodeHttp] = await Promise.all(
    ["http-parser-js", "web", "node", "node-http"].map((name) => load(`${name}.${suffix}`)),
  );
  // Loading it has installed it.
  nodeHttp.uninstall();
  return { compat, web, node, nodeHttp };
}

/** Node's own fetch makes its parser when it is loaded: compiles, then instantiates, for which WebAssembly must still be there. */
async function loadUndici() {
  const { instantiate } = WebAssembly;
  const instantiated = new Promise((resolve) => {
    WebAssembly.instantiate = /** @type {any} */ (
      (/** @type {any} */ module, /** @type {any} */ imports) => {
        const instance = instantiate(module, imports);
        resolve(instance);
        return instance;
      }
    );
  });
  new Response("");
  await Promise.race([instantiated, setTimeout(1000)]);
  WebAssembly.instantiate = instantiate;
}

export async function makeWorlds() {
  await loadUndici();
  const wasm = { kind: "wasm", ...require("./index.cjs"), ...(await parts((name) => require(`./${name}`), "cjs")) };
  warm(wasm);
  const { TARGETS } = await import("./targets/index.mjs");
  Reflect.deleteProperty(globalThis, "WebAssembly");
  const coverage = new Coverage();
  const script = {
    kind: "script",
    ...(await import(new URL("js.js", DIST).href)),
    ...(await parts((name) => import(new URL(name, DIST).href), "js")),
  };
  warm(script);
  coverage.keepLoaded();
  return { TARGETS, coverage, worlds: { wasm, script } };
}
