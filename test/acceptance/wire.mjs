// @ts-check
// A bare socket and a reader of responses that shares no line with sansio: it only judges answers that are well formed.
import net from "node:net";

/**
 * @typedef {{ status: number, head: string, body: string, trailers: string, complete: boolean }} Answer
 */

/**
 * The responses in `octets`, the last one perhaps not complete.
 * @param {string} octets one char each
 * @param {readonly string[]} methods of the requests that were answered, "GET" where none is given
 * @param {boolean} ended whether the connection has ended
 * @returns {Answer[]}
 */
export function readAnswers(octets, methods = [], ended = false) {
  const answers = [];
  let at = 0;
  let answered = 0;
  while (at < octets.length) {
    const headEnd = octets.indexOf("\r\n\r\n", at);
    const head = headEnd < 0 ? octets.slice(at) : octets.slice(at, headEnd + 2);
    const status = Number(/^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/.exec(head)?.[1]);
    if (headEnd < 0) return [...answers, { status, head, body: "", trailers: "", complete: false }];
    if (Number.isNaN(status)) throw new Error(`not a response: ${JSON.stringify(head.slice(0, 80))}`);
    const method = status < 200 ? "GET" : (methods[answered++] ?? "GET");
    const rest = readBody(octets, headEnd + 4, head, method, status, ended);
    answers.push({ status, head, body: rest.body, trailers: rest.trailers, complete: rest.complete });
    at = rest.end;
  }
  return answers;
}

/**
 * @param {string} octets
 * @param {number} at
 * @param {string} head
 * @param {string} method
 * @param {number} status
 * @param {boolean} ended
 */
function readBody(octets, at, head, method, status, ended) {
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
    return { body: "", trailers: "", end: at, complete: true };
  }
  if (/^transfer-encoding: chunked\r$/im.test(head)) return readChunks(octets, at);
  const length = /^content-length: (\d+)\r$/im.exec(head)?.[1];
  if (length === undefined) return { body: octets.slice(at), trailers: "", end: octets.length, complete: ended };
  const end = Math.min(at + Number(length), octets.length);
  return { body: octets.slice(at, end), trailers: "", end, complete: end === at + Number(length) };
}

/**
 * @param {string} octets
 * @param {number} start
 */
function readChunks(octets, start) {
  let at = start;
  let body = "";
  for (;;) {
    const lineEnd = octets.indexOf("\r\n", at);
    const size = Number.parseInt(octets.slice(at, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size)) return { body, trailers: "", end: octets.length, complete: false };
    at = lineEnd + 2;
    if (size === 0) break;
    body += octets.slice(at, at + size);
    at += size + 2;
  }
  const end = octets.startsWith("\r\n", at) ? at : octets.indexOf("\r\n\r\n", at) + 2;
  if (end < at || at > octets.length) return { body, trailers: "", end: octets.length, complete: false };
  return { body, trailers: octets.slice(at, end), end: end + 2, complete: octets.length >= end + 2 };
}

/** A connection whose answers are collected. */
export class Wire {
  received = "";
  ended = false;
  /** @type {NodeJS.ErrnoException | undefined} */
  error = undefined;
  /** @type {() => void} */
  #wake = () => {};

  /** @param {number} port */
  constructor(port) {
    this.socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    this.socket.on("data", (octets) => {
      this.received += octets.toString("latin1");
      this.#wake();
    });
    this.socket.on("end", () => {
      this.ended = true;
      this.#wake();
    });
    this.socket.on("error", (error) => {
      this.error = error;
      this.ended = true;
      this.#wake();
    });
  }

  /** @param {string} octets */
  send(octets) {
    this.socket.write(octets, "latin1");
  }

  /**
   * Until the condition holds; false when it does not in time.
   * @param {() => boolean} condition
   * @param {number} [milliseconds]
   */
  async until(condition, milliseconds = 3_000) {
    const deadline = performance.now() + milliseconds;
    while (!condition()) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve(undefined);
        };
      });
    }
    return true;
  }

  /**
   * How many responses are there in full.
   * @param {readonly string[]} [methods]
   */
  answered(methods) {
    return readAnswers(this.received, methods, this.ended).filter((answer) => answer.complete).length;
  }

  close() {
    this.socket.destroy();
  }
}
