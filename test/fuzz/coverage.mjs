// @ts-check
// What ran, told by V8's precise coverage: for each script of ours an octet per char of its text, 1 where it ran.
import { Session } from "node:inspector";

/** Our ES modules: in them the kernel is JavaScript, and seen too. @param {string} url */
const isOurs = (url) => /\/(dist|build\/out)\/[^/]*\.js$/.test(url);

/** @typedef {{ url: string, functions: { ranges: { startOffset: number, endOffset: number, count: number }[] }[] }} Script */

export class Coverage {
  session = new Session();
  /** What loading ran: it counts for every target. @type {Map<string, Uint8Array>} */
  loaded = new Map();
  /** @type {Map<string, Uint8Array>} */
  painted = new Map();

  /** Before the scripts are loaded. */
  constructor() {
    this.session.connect();
    this.session.post("Profiler.enable");
    this.session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** After the scripts were loaded. */
  keepLoaded() {
    this.take();
    this.loaded = this.painted;
  }

  /** Begins anew. */
  reset() {
    this.take();
    this.painted = new Map();
  }

  snapshot() {
    return new Map(Array.from(this.painted, ([url, octets]) => [url, octets.slice()]));
  }

  /** How many chars ran since the last call that had never run before. */
  take() {
    /** @type {Script[]} */
    let scripts = [];
    this.session.post("Profiler.takePreciseCoverage", (error, coverage) => {
      if (error) throw error;
      scripts = coverage.result;
    });
    let fresh = 0;
    for (const script of scripts) if (isOurs(script.url) && script.functions.length > 0) fresh += this.paint(script);
    return fresh;
  }

  /** @param {Script} script */
  paint({ url, functions }) {
    const ends = functions.flatMap(({ ranges }) => ranges.map(({ endOffset }) => endOffset));
    const length = Math.max(...ends);
    const now = new Uint8Array(length);
    // Outer functions and blocks come before inner ones, which say more.
    for (const { ranges } of functions)
      for (const { startOffset, endOffset, count } of ranges) now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    let before = this.painted.get(url) ?? this.loaded.get(url)?.slice() ?? new Uint8Array(length);
    if (before.length < length) before = Uint8Array.from({ length }, (_, i) => before[i] ?? 0);
    let fresh = 0;
    for (let i = 0; i < length; i++)
      if (now[i] === 1 && before[i] === 0) {
        before[i] = 1;
        fresh++;
      }
    this.painted.set(url, before);
    return fresh;
  }

  /** Of the scripts that were reached: chars that ran, and all. */
  get share() {
    let reached = 0;
    let all = 0;
    for (const painted of this.painted.values()) {
      all += painted.length;
      for (const octet of painted) reached += octet;
    }
    return { reached, all };
  }
}
