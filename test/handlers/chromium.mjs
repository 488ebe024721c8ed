// Headless Chromium, told what to do through its pipe: a page of each origin asks by fetch.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeProfile } from "../runtimes/browsers.mjs";
import { comparable } from "./cases.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
  "--ignore-certificate-errors",
  "--remote-debugging-pipe",
];

/** It is started when it is first asked. */
export function openChromium() {
  /** @type {Browser | undefined} */
  let browser;
  /** @type {Map<string, Promise<string>>} */
  const pages = new Map();
  return {
    async ask(origin, { method, path, body }) {
      browser ??= new Browser();
      if (!pages.has(origin)) pages.set(origin, browser.open(`${origin}/hints`));
      const session = await pages.get(origin);
      const base64 = body === undefined ? null : Buffer.from(body).toString("base64");
      const { status, fields, octets } = await browser.evaluate(
        /** @type {string} */ (session),
        `(${fetchInPage})(${JSON.stringify({ method, path, base64 })})`,
      );
      return { status, fields: comparable(fields), body: Buffer.from(octets, "base64").toString("latin1") };
    },
    /** Evaluates in a page of this address. */
    async evaluate(url, expression) {
      browser ??= new Browser();
      return browser.evaluate(await browser.open(url), expression);
    },
    async close() {
      await browser?.close();
    },
  };
}

/** Runs in the page. */
async function fetchInPage({ method, path, base64 }) {
  const body = base64 === null ? undefined : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const response = await fetch(path, { method, body, cache: "no-store" });
  const octets = new Uint8Array(await response.arrayBuffer());
  let text = "";
  for (let i = 0; i < octets.length; i += 8192) text += String.fromCharCode(...octets.subarray(i, i + 8192));
  return { status: response.status, fields: [...response.headers], octets: btoa(text) };
}

class Browser {
  #profile = mkdtempSync(join(tmpdir(), "sansio-chromium-"));
  #child = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${this.#profile}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  #ended = new Promise((done) => this.#child.once("exit", done).once("error", done));
  #calls = new Map();
  #loaded = new Map();
  #number = 0;

  constructor() {
    let text = "";
    this.#child.stdio[4]?.on("data", (octets) => {
      const parts = (text + octets).split("\0");
      text = parts.pop() ?? "";
      for (const part of parts) this.#receive(JSON.parse(part));
    });
    this.#ended.then(() => {
      for (const { fail } of this.#calls.values()) fail(new Error("Chromium has ended"));
    });
  }

  /** Opens a page, and gives its session when it has loaded. @param {string} url @returns {Promise<string>} */
  async open(url) {
    const { targetId } = await this.#call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#call("Target.attachToTarget", { targetId, flatten: true });
    await this.#call("Page.enable", {}, sessionId);
    const loaded = new Promise((done) => this.#loaded.set(sessionId, done));
    const { errorText } = await this.#call("Page.navigate", { url }, sessionId);
    if (errorText) throw new Error(`${url}: ${errorText}`);
    await loaded;
    return sessionId;
  }

  /** @param {string} session @param {string} expression */
  async evaluate(session, expression) {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#call("Runtime.evaluate", options, session);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async close() {
    this.#child.kill("SIGKILL");
    await this.#ended;
    removeProfile(this.#profile);
  }

  #call(method, parameters, sessionId) {
    const id = ++this.#number;
    return new Promise((done, fail) => {
      this.#calls.set(id, { done, fail });
      this.#child.stdio[3]?.write(`${JSON.stringify({ id, method, params: parameters, sessionId })}\0`);
    });
  }

  #receive({ id, result, error, method, sessionId }) {
    if (method === "Page.loadEventFired") this.#loaded.get(sessionId)?.();
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.fail(new Error(error.message));
    else call?.done(result);
  }
}
