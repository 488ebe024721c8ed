// @ts-check
// What is fuzzed, each a row: how an input is run by one bundle, as text that says all that was seen; and the laws that hold
// for every input of every row.
import { deepStrictEqual } from "node:assert";

/** @typedef {(bundle: any, pieces: Buffer[]) => string[]} Play */
/** @typedef {{ seeds: string[], pieces: string[], play: Play, isSplit: boolean }} Target */

/** @type {any} */ let wasm;
/** @type {any} */ let script;
/** @param {any} first with WebAssembly @param {any} second with the kernel as JavaScript */
export function setBundles(first, second) {
  wasm = first;
  script = second;
}

const HTTP1_PIECES = [
  "\r\n",
  "\r\n\r\n",
  "\r\n ",
  "0\r\n\r\n",
  "1\r\nx\r\n",
  '1;a="b"\r\n',
  "Content-Length: 3\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Host: b\r\n",
  "Connection: close\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: x\r\n",
  "HTTP/1.1",
  "HTTP/1.0",
];
const REQUESTS = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n",
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\n0\r\nA: b\r\n\r\n',
  "CONNECT a:443 HTTP/1.1\r\nHost: [::1]:80\r\n\r\ntail",
];
const RESPONSES = [
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nA: b\r\n c\r\n\r\n3\r\nabc\r\n0\r\nB: c\r\n\r\n",
  "HTTP/1.0 200 OK\r\n\r\nuntil the end",
];
const frame = (
  /** @type {number} */ type,
  /** @type {number} */ flags,
  /** @type {number} */ stream,
  /** @type {string} */ payload,
) => String.fromCharCode(0, payload.length >> 8, payload.length & 255, type, flags, 0, 0, 0, stream) + payload;
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAMES = [
  frame(4, 0, 0, ""),
  frame(4, 1, 0, ""),
  frame(1, 5, 1, "\x82\x84\x87\x01\x01a"),
  frame(1, 4, 3, "\x83\x84\x87\x01\x01a"),
  frame(1, 5, 1, "\x88"),
  frame(0, 1, 3, "abc"),
  frame(0, 8, 1, "\x01ab\0"),
  frame(3, 0, 1, "\0\0\0\x08"),
  frame(6, 0, 0, "12345678"),
  frame(8, 0, 0, "\0\0\0\x01"),
  frame(7, 0, 0, "\0\0\0\x01\0\0\0\0"),
  frame(9, 4, 1, "\x82"),
  frame(1, 0, 5, "\x82"),
  frame(2, 0, 1, "\0\0\0\0\x01"),
  frame(5, 4, 1, "\0\0\0\x02\x82\x84\x87"),
];
const FIELDS = [
  "\x82",
  "\x84",
  "\xbe",
  "\x40\x01a\x01b",
  "\x00\x01a\x01b",
  "\x10\x01a\x01b",
  "\x20",
  "\x3f\xe1\x1f",
  "\x0f\x0d\x013",
  "\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff",
];

/** Data says its octets; the pieces of adjacent data are joined by `joined`. @param {any} event */
function told(event) {
  if (event.type === "data") return `data ${event.streamId ?? ""} ${Buffer.from(event.data).toString("latin1")}`;
  return JSON.stringify(event);
}

/** @param {string[]} lines */
function joined(lines) {
  /** @type {string[]} */
  const out = [];
  for (const line of lines) {
    const last = out.at(-1);
    const begin = /^data \d* /.exec(line)?.[0];
    if (begin !== undefined && last?.startsWith(begin)) out[out.length - 1] = last + line.slice(begin.length);
    else out.push(line);
  }
  return out;
}

/** Only RemoteProtocolError may come, and it comes again at the next pull. @param {any} bundle @param {any} connection @param {string[]} lines */
function pull(bundle, connection, lines) {
  try {
    for (const event of connection.events()) lines.push(told(event));
    return true;
  } catch (error) {
    if (!(error instanceof bundle.RemoteProtocolError)) throw error;
    const { code, offset, statusHint } = /** @type {any} */ (error);
    const line = `error ${code} ${offset} ${statusHint}`;
    if (lines.at(-1) !== line) lines.push(line);
    try {
      connection.nextEvent();
    } catch (again) {
      if (again === error) return false;
    }
    throw new Error("an event after an error");
  }
}

/** @param {"server" | "client"} role @returns {Play} */
const http1 = (role) => (bundle, pieces) => {
  const connection = new bundle.Http1Connection(role);
  /** @type {string[]} */
  const lines = [];
  if (role === "client") {
    connection.send({ type: "request", method: "GET", target: "/", headers: [["Host", "a"]] });
    connection.send({ type: "end-of-message" });
  }
  for (const piece of pieces) {
    connection.feed(piece);
    while (pull(bundle, connection, lines) && connection.remoteState === "done") {
      if (connection.localState === "send-response") {
        connection.send({ type: "response", status: 404, headers: [["Content-Length", "0"]] });
        connection.send({ type: "end-of-message" });
        connection.bytesToSend();
      }
      if (connection.localState !== "done" || connection.remoteState !== "done" || role === "client") break;
      connection.startNextCycle();
    }
  }
  const fed = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (connection.bufferedBytes > fed) throw new Error("more is buffered than was fed");
  connection.feedEof();
  pull(bundle, connection, lines);
  return [...joined(lines), `${connection.localState} ${connection.remoteState}`];
};

/** @param {"server" | "client"} role @returns {Play} */
const http2 = (role) => (bundle, pieces) => {
  const connection = new bundle.Http2Connection(role);
  /** @type {string[]} */
  const lines = [];
  if (role === "client")
    connection.openStream({ method: "GET", target: "/", scheme: "https", authority: "a" }, { endStream: true });
  if (role === "server") connection.feed(Buffer.from(PREFACE, "latin1"));
  for (const piece of pieces) {
    connection.feed(piece);
    pull(bundle, connection, lines);
  }
  connection.feedEof();
  pull(bundle, connection, lines);
  const sent = connection.bytesToSend();
  return [...joined(lines), `finished ${connection.finished}`, Buffer.from(sent).toString("latin1")];
};

/** @type {Play} */
const hpack = (bundle, pieces) => {
  const input = Buffer.concat(pieces);
  const decoder = new bundle.HpackDecoder();
  try {
    return [JSON.stringify(decoder.decode(input))];
  } catch (error) {
    if (!(error instanceof bundle.RemoteProtocolError)) throw error;
    const { code } = /** @type {any} */ (error);
    return [`error ${code}`];
  }
};

/** @type {Record<string, Target>} */
export const TARGETS = {
  "http1-server": { seeds: REQUESTS, pieces: HTTP1_PIECES, play: http1("server"), isSplit: true },
  "http1-client": { seeds: RESPONSES, pieces: HTTP1_PIECES, play: http1("client"), isSplit: true },
  "http2-server": {
    seeds: [FRAMES[0] + (FRAMES[2] ?? ""), FRAMES.join("")],
    pieces: FRAMES,
    play: http2("server"),
    isSplit: true,
  },
  "http2-client": {
    seeds: [FRAMES[0] + (FRAMES[4] ?? ""), FRAMES.join("")],
    pieces: FRAMES,
    play: http2("client"),
    isSplit: true,
  },
  hpack: { seeds: FIELDS, pieces: FIELDS, play: hpack, isSplit: false },
};

/** The laws: only our errors come out (in the plays), both kernels say the same, no split changes it. @param {string} name @param {Buffer} buffer */
export function check(name, buffer) {
  // A plain Uint8Array: views of a fed Buffer would be Buffers, which JSON writes otherwise than Uint8Arrays.
  const input = /** @type {any} */ (new Uint8Array(buffer));
  const { play, isSplit } = /** @type {Target} */ (TARGETS[name]);
  const seen = play(script, [input]);
  deepStrictEqual(play(wasm, [input]), seen, "WebAssembly and JavaScript differ");
  if (!isSplit) return;
  const half = input.length >> 1;
  deepStrictEqual(play(script, [input.subarray(0, half), input.subarray(half)]), seen, "two pieces differ");
  const octets = Array.from(input, (_, i) => input.subarray(i, i + 1));
  deepStrictEqual(play(script, octets), seen, "octet by octet differs");
}
