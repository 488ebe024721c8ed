// In a project with the override: what websocket-driver makes of handshakes, without a socket, cut at any place. Prints JSON.
const assert = require("node:assert/strict");
const { createHash } = require("node:crypto");
const { createRequire } = require("node:module");
const driver = require("websocket-driver");

const path = createRequire(require.resolve("websocket-driver")).resolve("http-parser-js");
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const HI = Buffer.from([0x81, 0x02, 72, 105]);

const keyOf = (sent) => /Sec-WebSocket-Key: (.*)\r\n/.exec(sent)[1];
const acceptOf = (key) =>
  createHash("sha1")
    .update(key + GUID)
    .digest("base64");

const answer = (accept, more = "") =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${more}\r\n`;
const failure = (why) => ({ state: "closed", close: [1002, `Error during WebSocket handshake: ${why}`] });

/** What a server answers, with a frame behind it if it switches; what becomes of the client. */
const ANSWERS = [
  ["a switch", (accept) => answer(accept), { state: "open", message: "Hi" }],
  [
    "a subprotocol",
    (accept) => answer(accept, "Sec-WebSocket-Protocol: b\r\n"),
    { state: "open", message: "Hi", protocol: "b" },
  ],
  [
    "another one",
    (accept) => answer(accept, "Sec-WebSocket-Protocol: c\r\n"),
    failure("Sec-WebSocket-Protocol mismatch"),
  ],
  ["no status", (accept) => answer(accept).replace("101", "4"), failure("Parse Error")],
  ["no HTTP", (accept) => answer(accept).replace("HTTP", "HTP"), failure("Parse Error")],
  ["404", () => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", failure("Unexpected response code: 404")],
  [
    "no Upgrade",
    (accept) => answer(accept).replace("Upgrade: websocket\r\n", ""),
    failure("'Upgrade' header is missing"),
  ],
  [
    "another Upgrade",
    (accept) => answer(accept).replace("websocket", "x"),
    failure("'Upgrade' header value is not 'WebSocket'"),
  ],
  ["another Accept", (accept) => answer(`x${accept}`), failure("Sec-WebSocket-Accept mismatch")],
];

function watch(end) {
  const seen = {};
  end.on("message", ({ data }) => {
    seen.message = data;
  });
  end.on("error", () => {});
  end.on("close", ({ code, reason }) => {
    seen.close = [code, reason];
  });
  return seen;
}

function client() {
  const end = driver.client("ws://www.example.com/socket", { protocols: ["a", "b"] });
  let written = "";
  end.io.on("data", (octets) => {
    written += octets;
  });
  const seen = watch(end);
  end.start();
  return { end, seen, accept: acceptOf(keyOf(written)) };
}

/** Calls back with each place to cut at, the end too. */
function everyCut(length, feed) {
  for (let at = 1; at <= length; at++) feed(at);
}

let checked = 0;
for (const [what, make, expected] of ANSWERS) {
  const behind = expected.state === "open" ? HI : Buffer.alloc(0);
  const octetsFor = (accept) => Buffer.concat([Buffer.from(make(accept)), behind]);
  everyCut(octetsFor(client().accept).length, (at) => {
    const { end, seen, accept } = client();
    const octets = octetsFor(accept);
    end.parse(octets.subarray(0, at));
    end.parse(octets.subarray(at));
    const { protocol } = end;
    const result = { state: end.getState(), ...seen, ...(protocol ? { protocol } : {}) };
    assert.deepEqual(result, expected, `${what}, cut at ${at}`);
    checked++;
  });
}

for (const [status, expected] of [
  ["200 OK", ["connect", "close", "end"]],
  ["403 Forbidden", ["error", "close", "end"]],
]) {
  const octets = Buffer.from(`HTTP/1.1 ${status}\r\nVia: x\r\n\r\n`);
  everyCut(octets.length, (at) => {
    const proxy = driver.client("ws://www.example.com/socket").proxy("http://proxy.example.com");
    const events = [];
    for (const name of ["connect", "error", "close", "end"]) proxy.on(name, () => events.push(name));
    assert.equal(proxy.write(octets.subarray(0, at)), true);
    if (at < octets.length) assert.equal(proxy.write(octets.subarray(at)), true);
    assert.deepEqual(events, expected, `a proxy's ${status}, cut at ${at}`);
    checked++;
  });
}

const request = Buffer.concat([
  Buffer.from(
    "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: 2vBVWg4Qyk3ZoM/5d3QD9Q==\r\n\r\n",
  ),
  // Masked by zeros.
  Buffer.from([0x81, 0x82, 0, 0, 0, 0, 72, 105]),
]);
everyCut(request.length, (at) => {
  const end = driver.server();
  const seen = watch(end);
  end.start();
  end.parse(request.subarray(0, at));
  end.parse(request.subarray(at));
  assert.deepEqual({ url: end.url, ...seen }, { url: "/socket", message: "Hi" }, `a request, cut at ${at}`);
  checked++;
});

console.log(JSON.stringify({ isOurs: require(path).HTTPParser.kOnMessageBegin === 5, checked }));
