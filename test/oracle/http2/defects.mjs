/**
 * What can be wrong with what a peer sends, or with what we are told to send: one function each. A defect makes what it
 * needs (a stream in a certain state) by legal steps first.
 */

import { END_HEADERS, END_STREAM, integer, PREFACE, settings, string, u32 } from "./bytes.mjs";

const LARGEST = 2 ** 31 - 1;

// ---------------------------------------------------------------- streams in a wanted state

/** A stream whose peer may still send its body. */
function receiving(script, fields = []) {
  const { peer, role } = script;
  if (role === "server") {
    const id = script.nextPeer;
    script.nextPeer += 2;
    peer.headers(id, [[":method", "POST"], ...script.requestFields("POST").slice(1), ...fields]);
    script.open(id, { method: "POST" });
    return id;
  }
  const id = requested(script);
  peer.headers(id, [[":status", "200"], ...fields]);
  script.streams.get(id).answered = true;
  return id;
}

/** A stream of ours (client) or the peer's (server) that waits for its response. */
function requested(script, method = "GET") {
  const end = method === "GET" || method === "HEAD";
  if (script.role === "server") {
    const id = script.nextPeer;
    script.nextPeer += 2;
    script.peer.headers(id, script.requestFields(method), { end });
    script.open(id, { method, theirs: !end });
    return id;
  }
  const id = script.nextOurs;
  script.nextOurs += 2;
  script.call("request", id, script.requestFields(method), end);
  script.open(id, { method, ours: !end, responded: true });
  return id;
}

/** A stream that the peer ended (half-closed for a server, closed for a client). */
function ended(script) {
  const id = receiving(script);
  script.peer.data(id, "a", { end: true });
  script.streams.get(id).theirs = false;
  return id;
}

/** A stream both ends ended. */
function closed(script) {
  const id = ended(script);
  if (script.role === "server") script.call("respond", id, [[":status", "200"]], true);
  script.streams.delete(id);
  return id;
}

function resetByPeer(script) {
  const id = receiving(script);
  script.peer.reset(id);
  script.streams.delete(id);
  return id;
}

function resetByUs(script) {
  const id = receiving(script);
  script.call("reset", id, 8);
  script.streams.delete(id);
  return id;
}

/** Settings of ours that the peer acknowledged, and the first ones too. */
function acknowledged(script, values) {
  script.call("settings", values);
  script.peer.settingsAck();
  script.peer.settingsAck();
}

const idle = (script) => script.nextPeer + 20;

// ---------------------------------------------------------------- the first octets

const opening = {
  "a preface with a wrong octet": (script, random) => {
    const wrong = Buffer.from(PREFACE);
    wrong[random.between(0, 23)] ^= 0x20;
    script.peer.raw(wrong, "WRONG PREFACE");
    script.peer.settings();
  },
  "HTTP/1.1 instead": (script) => script.peer.raw(Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1"),
  "the first frame is not SETTINGS": (script, random) => {
    script.peer.preface();
    if (random.chance(0.5)) script.peer.ping();
    else script.peerRequest();
  },
};
const clientOpening = {
  "the first frame is not SETTINGS": (script) => {
    script.ourRequest();
    script.peer.ping();
  },
};

// ---------------------------------------------------------------- frames

const wrongFrames = {
  "SETTINGS on a stream": ({ peer }) => peer.frame("SETTINGS", 0, 1, settings([])),
  "SETTINGS of 5 octets": ({ peer }) => peer.frame("SETTINGS", 0, 0, Buffer.alloc(5)),
  "SETTINGS acknowledgement with payload": ({ peer }) => peer.frame("SETTINGS", 1, 0, settings([[3, 1]])),
  "ENABLE_PUSH=2": ({ peer }) => peer.settings([[2, 2]]),
  "INITIAL_WINDOW_SIZE=2^31": ({ peer }) => peer.settings([[4, 2 ** 31]]),
  "MAX_FRAME_SIZE=16383": ({ peer }) => peer.settings([[5, 16383]]),
  "MAX_FRAME_SIZE=2^24": ({ peer }) => peer.settings([[5, 2 ** 24]]),
  "ENABLE_CONNECT_PROTOCOL=2": ({ peer }) => peer.settings([[8, 2]]),
  "one setting twice": ({ peer }, random) =>
    peer.settings([
      [4, random.pick([1, 2 ** 31])],
      [4, 20],
    ]),
  "an acknowledgement nobody asked for": ({ peer }) => {
    peer.settingsAck();
    peer.settingsAck();
  },
  "settings that lift a window too high": (script, random) => {
    const id = receiving(script);
    script.peer.windowUpdate(id, LARGEST - 65535 - random.between(0, 10));
    script.peer.settings([[4, LARGEST]]);
  },
  "PING of 7 octets": ({ peer }) => peer.ping("pingpon"),
  "PING on a stream": ({ peer }) => peer.frame("PING", 0, 1, Buffer.alloc(8)),
  "GOAWAY of 7 octets": ({ peer }) => peer.frame("GOAWAY", 0, 0, Buffer.alloc(7)),
  "GOAWAY on a stream": ({ peer }) => peer.frame("GOAWAY", 0, 1, Buffer.alloc(8)),
  "a stream's frame on stream 0": ({ peer }, random) => {
    const [name, payload] = random.pick([
      ["DATA", Buffer.from("a")],
      ["HEADERS", Buffer.of(0x82)],
      ["PRIORITY", Buffer.alloc(5)],
      ["RST_STREAM", Buffer.alloc(4)],
      ["CONTINUATION", Buffer.of(0x82)],
      ["PUSH_PROMISE", u32(2)],
    ]);
    peer.frame(name, END_HEADERS, 0, payload);
  },
  "RST_STREAM of 3 octets": (script) => script.peer.frame("RST_STREAM", 0, receiving(script), Buffer.alloc(3)),
  "WINDOW_UPDATE of 3 or 5 octets": ({ peer }, random) =>
    peer.frame("WINDOW_UPDATE", 0, 0, Buffer.alloc(random.pick([3, 5]), 1)),
  "PRIORITY of 4 or 6 octets": (script, random) =>
    script.peer.frame("PRIORITY", 0, receiving(script), Buffer.alloc(random.pick([4, 6]))),
  "PRIORITY on itself": (script, random) => {
    const id = receiving(script);
    if (random.chance(0.5)) script.peer.priority(id, id);
    else script.peer.headers(id, [["x-trailer", "t"]], { end: true, priority: { on: id } });
  },
  "a frame that is too long": (script, random) => {
    const id = receiving(script);
    const type = random.pick(["DATA", "DATA", "HEADERS", "PING", "SETTINGS", 77]);
    const stream = type === "PING" || type === "SETTINGS" ? 0 : id;
    script.peer.frame(type, END_HEADERS, stream, Buffer.alloc(type === "SETTINGS" ? 16386 : 16385, "a"));
  },
  "WINDOW_UPDATE of 0 on a stream": (script) => script.peer.windowUpdate(receiving(script), 0),
  "WINDOW_UPDATE of 0": ({ peer }) => peer.windowUpdate(0, 0),
  "WINDOW_UPDATE with the reserved bit": (script, random) =>
    script.peer.windowUpdate(random.pick([0, receiving(script)]), 0x80000005),
  "a connection's window too large": ({ peer }) => peer.windowUpdate(0, LARGEST),
  "a stream's window too large": (script) => script.peer.windowUpdate(receiving(script), LARGEST),
  "the reserved bit of a stream id": (script) => script.peer.data(receiving(script) + 2 ** 31, "abc"),
  "DATA on an idle stream": (script) => script.peer.data(idle(script), "a"),
  "RST_STREAM on an idle stream": (script) => script.peer.reset(idle(script)),
  "WINDOW_UPDATE on an idle stream": (script) => script.peer.windowUpdate(idle(script), 1),
  "more padding than payload": (script, random) => {
    const id = receiving(script);
    const payload = random.pick([Buffer.of(5), Buffer.of(4, 1, 1, 1), Buffer.of(255, 0)]);
    if (random.chance(0.5)) script.peer.frame("DATA", 8, id, payload);
    else script.peer.frame("HEADERS", 8 + END_HEADERS + END_STREAM, id, payload);
  },
  "padding of 1 in a payload of 1, or no length of padding": (script, random) => {
    const payload = random.pick([Buffer.of(1), Buffer.of(0), Buffer.alloc(0)]);
    script.peer.frame("DATA", 8, receiving(script), payload);
  },
  "padding that reaches into the priority": ({ peer, nextPeer }) =>
    peer.frame("HEADERS", 8 + 32 + END_HEADERS, nextPeer, Buffer.concat([Buffer.of(6), Buffer.alloc(10)])),
  "DATA only of padding": (script, random) => {
    const id = receiving(script);
    script.peer.data(id, "", { pad: random.pick([0, 255]) });
  },
  "DATA on a closed stream": (script) => {
    const id = closed(script);
    script.peer.data(id, "late");
  },
  "HEADERS on a closed stream": (script) => {
    const id = closed(script);
    script.peer.headers(id, [["x", "y"]], { end: true });
  },
  "WINDOW_UPDATE and RST_STREAM on a closed stream": (script) => {
    const id = closed(script);
    script.peer.windowUpdate(id, 5);
    script.peer.reset(id);
  },
  "DATA on a stream reset by its sender": (script) => {
    const id = resetByPeer(script);
    script.peer.data(id, "late");
  },
  "HEADERS on a stream reset by its sender": (script) => {
    const id = resetByPeer(script);
    script.peer.headers(id, [["x", "y"]], { end: true });
  },
  "DATA on a stream we reset": (script) => {
    const id = resetByUs(script);
    script.peer.data(id, "late");
    script.peer.data(id, "later", { end: true });
  },
  "HEADERS on a stream we reset": (script) => {
    const id = resetByUs(script);
    script.peer.headers(id, [["x-late", "y"]], { end: true });
    receiving(script, [["x-late", "y"]]);
  },
  "RST_STREAM on a stream we reset": (script) => script.peer.reset(resetByUs(script)),
  "a lone CONTINUATION": (script, random) => {
    const id = random.chance(0.5) ? receiving(script) : idle(script);
    script.peer.frame("CONTINUATION", END_HEADERS, id, Buffer.of(0x82));
  },
  "another frame inside a header block": (script, random) => {
    const id = script.role === "server" ? script.nextPeer : requested(script);
    const block = script.peer.block(script.role === "server" ? script.requestFields("GET") : script.responseFields(200));
    script.peer.frame("HEADERS", END_STREAM, id, block.subarray(0, 1));
    random.pick([
      () => script.peer.ping(),
      () => script.peer.frame(77, 0, 0, Buffer.alloc(1)),
      () => script.peer.frame("CONTINUATION", END_HEADERS, id + 2, block.subarray(1)),
      () => script.peer.headers(id, [], { block: block.subarray(1) }),
    ])();
  },
  "a CONTINUATION after the end of its block": (script) => {
    const id = receiving(script);
    script.peer.headers(id, [["x-trailer", "t"]], { end: true });
    script.peer.frame("CONTINUATION", END_HEADERS, id, Buffer.of(0x82));
  },
  "unknown frames with payload": ({ peer }) => peer.frame(0x20, 5, 3, Buffer.from("what")),
  ORIGIN: ({ peer }) => peer.frame("ORIGIN", 0, 0, Buffer.from("\0\x13https://b.example:1")),
  PRIORITY_UPDATE: ({ peer }) => peer.frame("PRIORITY_UPDATE", 0, 0, Buffer.concat([u32(1), Buffer.from("u=1")])),
};

const aroundGoaway = {
  "frames after the peer's GOAWAY": (script) => {
    const id = receiving(script);
    script.peer.goaway(LARGEST);
    script.peer.data(id, "rest", { end: true });
    script.streams.get(id).theirs = false;
  },
  "frames after our GOAWAY": (script) => {
    const id = receiving(script);
    script.call("goaway", 0, "");
    script.peer.data(id, "rest", { end: true });
    if (script.role === "server") requested(script);
  },
  "calls after the peer's GOAWAY": (script) => {
    const id = requested(script, "POST");
    script.peer.goaway(id);
    if (script.role === "client") script.call("data", id, "abc", true);
    else script.call("respond", id, [[":status", "200"]], true);
  },
  "GOAWAY twice": ({ peer }, random) => {
    peer.goaway(5);
    peer.goaway(random.pick([3, 5]));
  },
};

const floods = {
  "more streams than allowed": (script) => {
    script.settings[3] = 1;
    if (script.random.chance(0.7)) script.peer.settingsAck();
    receiving(script);
    receiving(script);
    receiving(script);
  },
  "DATA over a stream's window": (script, random) => {
    script.settings[4] = 10;
    if (random.chance(0.7)) script.peer.settingsAck();
    const id = receiving(script);
    script.peer.data(id, "a".repeat(6));
    script.peer.data(id, "b".repeat(random.pick([4, 5])), { pad: random.chance(0.3) ? 0 : undefined });
  },
  "DATA over the connection's window": (script, random) => {
    const id = receiving(script);
    for (let index = 0; index < 3; index += 1) script.peer.data(id, "a".repeat(16384));
    script.peer.data(id, "b".repeat(random.pick([16383, 16384])));
  },
  "a header list that is too large": (script) => {
    acknowledged(script, { 6: 200 });
    receiving(script, [["x-large", "l".repeat(200)]]);
  },
  "64 KiB of fields by reference": (script) => {
    const id = receiving(script);
    const large = script.peer.writer.block([["x-bomb", "b".repeat(3000)]], () => "indexing");
    script.peer.headers(id, [], { end: true, block: Buffer.concat([large, Buffer.alloc(30, 0xbe)]) });
  },
};

// ---------------------------------------------------------------- header blocks

/** A block that cannot be decoded, sent where a request, a response or trailers may stand. */
function block(script, make) {
  const id = script.role === "server" ? script.nextPeer : requested(script);
  if (script.role === "server") script.nextPeer += 2;
  const { peer } = script;
  const head = script.role === "server" ? script.requestFields("GET") : script.responseFields(200);
  const before = peer.block(head);
  const octets = make(before, peer.writer);
  peer.headers(id, [], { end: true, block: octets });
}

const after = (octets) => (script) => block(script, (before) => Buffer.concat([before, octets]));
const ahead = (octets) => (script) => block(script, (before) => Buffer.concat([octets, before]));

const wrongBlocks = {
  "index 0": after(Buffer.of(0x80)),
  "an index past the tables": after(integer(0x80, 7, 200)),
  "a name's index past the tables": after(Buffer.concat([integer(0x40, 6, 200), string("v")])),
  "a table size above the limit": ahead(integer(0x20, 5, 70_000)),
  "a table size inside the block": after(integer(0x20, 5, 100)),
  "a string past the end of the block": after(Buffer.concat([Buffer.of(0x00), string("x"), Buffer.of(5, 0x61)])),
  "an integer past the end of the block": after(Buffer.of(0xff, 0x80)),
  "an integer without end": after(Buffer.of(0xff, ...Array(10).fill(0x80), 0)),
  "an integer above 2^31": after(Buffer.of(0x00, 0x01, 0x78, 0x7f, 0xff, 0xff, 0xff, 0xff, 0x0f)),
  "Huffman padding of zeros": after(Buffer.of(0x00, 0x01, 0x78, 0x81, 0x18)),
  "Huffman padding of 8 bits": after(Buffer.of(0x00, 0x01, 0x78, 0x82, 0x1f, 0xff)),
  "the end-of-string symbol": after(Buffer.of(0x00, 0x01, 0x78, 0x84, 0xff, 0xff, 0xff, 0xff)),
  "an empty header block": (script) => block(script, () => Buffer.alloc(0)),
  "table sizes twice": (script) =>
    block(script, () => {
      const { writer } = script.peer;
      const sizes = Buffer.concat([writer.sizeUpdate(0), writer.sizeUpdate(100)]);
      const fields = script.role === "server" ? script.requestFields("GET") : script.responseFields(200);
      return Buffer.concat([sizes, script.peer.block(fields)]);
    }),
  "a smaller table that the peer does not follow": (script, random) => {
    acknowledged(script, { 1: 100 });
    receiving(script);
    if (random.chance(0.5)) receiving(script);
  },
};

// ---------------------------------------------------------------- messages

/** A request to a server, or the response to a client's request, with its fields changed. */
function message(change, { end = true, method = "GET" } = {}) {
  return (script, random) => {
    const { peer, role } = script;
    if (role === "client") {
      const id = requested(script, method);
      const fields = [[":status", "200"], ["server", "y"]];
      peer.headers(id, change(fields, random), { end });
      return;
    }
    const id = script.nextPeer;
    script.nextPeer += 2;
    const fields = [
      [":method", method],
      [":scheme", "https"],
      [":path", "/"],
      [":authority", "a.example"],
      ["accept", "*/*"],
    ];
    peer.headers(id, change(fields, random), { end });
    script.open(id, { method, theirs: !end });
  };
}

const plus =
  (...more) =>
  (fields) => [...fields, ...more];
const without =
  (...names) =>
  (fields) =>
    fields.filter(([name]) => !names.includes(name));
const changed = (name, ...values) => (fields, random) => {
  const value = random.pick(values);
  return fields.map((field) => (field[0] === name ? [name, value] : field));
};

const wrongMessages = {
  "an upper-case name": message(plus(["X-Upper", "v"])),
  "a name with an illegal octet": message((fields, random) => [
    ...fields,
    [random.pick(["x y", "x(", 'x"', "x\0", "x\x7f", "x\xe9", "x:y", "x/"]), "v"],
  ]),
  "an empty name": message(plus(["", "v"])),
  "a name with whitespace around it": message((fields, random) => [...fields, [random.pick([" x", "x ", "\tx"]), "v"]]),
  "a value with NUL, CR or LF": message((fields, random) => [
    ...fields,
    ["x", random.pick(["a\0b", "a\rb", "a\nb: c", "a\r\n\r\nGET /"])],
  ]),
  "a value with another control octet": message((fields, random) => [
    ...fields,
    ["x", random.pick(["a\x01b", "a\x7fb", "a\x1fb", "\x7f"])],
  ]),
  "a value with whitespace around it": message((fields, random) => [...fields, ["x", random.pick([" a", "a ", "a\t", " "])]]),
  "a value with vertical whitespace around it": message((fields, random) => [
    ...fields,
    ["x", random.pick(["\x0ba", "a\x0c"])],
  ]),
  "a connection field": message((fields, random) => [
    ...fields,
    random.pick([
      ["connection", "close"],
      ["keep-alive", "5"],
      ["proxy-connection", "close"],
      ["transfer-encoding", "chunked"],
      ["upgrade", "x"],
    ]),
  ]),
  "te other than trailers": message((fields, random) => [
    ...fields,
    ["te", random.pick(["gzip", "trailers, deflate", "Trailers", ""])],
  ]),
  "a pseudo-field behind a field": message((fields) => [...fields.slice(1), fields[0]]),
  "a pseudo-field twice": message((fields) => [fields[0], ...fields]),
  "an unknown pseudo-field": message((fields) => [[":other", "v"], ...fields]),
  "a pseudo-field of the other kind": message((fields) =>
    fields[0][0] === ":status" ? [[":path", "/"], ...fields] : [[":status", "200"], ...fields],
  ),
  "no pseudo-fields": message((fields) => fields.filter(([name]) => !name.startsWith(":"))),
  "content-length that is no number": message((fields, random) => [
    ...fields,
    ["content-length", random.pick(["+5", "-1", "5x", "", " 5", "0x5", "5,5", "9007199254740993"])],
  ]),
  "two content-lengths": message((fields, random) => [
    ...fields,
    ["content-length", "0"],
    ["content-length", random.pick(["0", "1"])],
  ]),
  "content-length 5 and no body": message(plus(["content-length", "5"])),
  "content-length and less or more body": (script, random) => {
    const id = receiving(script, [["content-length", "5"]]);
    script.peer.data(id, "abcdefgh".slice(0, random.pick([2, 5, 6, 8])), { end: true });
  },
  "content-length and more body, not at its end": (script) => {
    const id = receiving(script, [["content-length", "2"]]);
    script.peer.data(id, "abc");
    script.peer.data(id, "d", { end: true });
  },
  "content-length and trailers too soon": (script) => {
    const id = receiving(script, [["content-length", "5"]]);
    script.peer.data(id, "ab");
    script.peer.headers(id, [["x-trailer", "t"]], { end: true });
  },
  "trailers with a content-length": (script) => {
    const id = receiving(script);
    script.peer.data(id, "ab");
    script.peer.headers(id, [["content-length", "7"]], { end: true });
  },
  "trailers without END_STREAM": (script) => {
    const id = receiving(script);
    script.peer.headers(id, [["x-trailer", "t"]]);
  },
  "trailers with a pseudo-field": (script) => {
    const id = receiving(script);
    script.peer.headers(id, [[":path", "/"]], { end: true });
  },
  "trailers after trailers": (script) => {
    const id = receiving(script);
    script.peer.headers(id, [["x-trailer", "t"]], { end: true });
    script.peer.headers(id, [["x-trailer", "t"]], { end: true });
  },
  "three cookies": message((fields) => [...fields, ["cookie", "a=1"], ["accept", "x"], ["cookie", "b=2"], ["cookie", "c"]]),
};

const wrongRequests = {
  "an even stream id": ({ peer, nextPeer }) => peer.headers(nextPeer + 1, [[":method", "GET"]], { end: true }),
  "a stream id that is too low": (script) => {
    script.nextPeer += 4;
    const id = script.nextPeer - 4;
    receiving(script);
    script.peer.headers(id, script.requestFields("GET"), { end: true });
  },
  "PUSH_PROMISE from a client": (script) => {
    const id = receiving(script);
    script.peer.pushPromise(id, 2, script.requestFields("GET"));
  },
  "a missing pseudo-field": message((fields, random) => without(random.pick([":method", ":scheme", ":path"]))(fields)),
  "no authority": message(without(":authority")),
  "no authority, and another scheme": message((fields) => [...changed(":scheme", "ftp")(without(":authority")(fields), { pick: ([only]) => only })]),
  "an empty path": message(changed(":path", "")),
  "an illegal path": message(changed(":path", "nope http/1.1", "/a b", "/\x01", "a", "/\xe9", "/#x", "*")),
  "an illegal method": message(changed(":method", "G ET", "", "GET /", "g\xe9t", "GE(T")),
  "an illegal scheme": message(changed(":scheme", "ht tp", "", "http://evil", "9p")),
  "an illegal authority": message(changed(":authority", "a@b", "a/c", "a b", "", "a:b")),
  "CONNECT with a path": message((fields) => [[":method", "CONNECT"], ...fields.slice(1)]),
  "CONNECT without authority": message(() => [[":method", "CONNECT"]]),
  "CONNECT, plain": message(() => [[":method", "CONNECT"], [":authority", "a.example:443"]], { end: false }),
  "extended CONNECT": message(
    (fields) => [[":method", "CONNECT"], [":protocol", "websocket"], ...fields.slice(1)],
    { end: false },
  ),
  ":protocol without CONNECT": message((fields) => [[":protocol", "websocket"], ...fields]),
  "host and authority": message((fields, random) => [...fields, ["host", random.pick(["a.example", "b.example"])]]),
  "host in another case": message(plus(["host", "A.Example"])),
  "only host": message((fields) => [...without(":authority")(fields), ["host", "a.example"]]),
  "host twice": message((fields, random) => [
    ...without(":authority")(fields),
    ["host", "a.example"],
    ["host", random.pick(["a.example", "b.example"])],
  ]),
};

const wrongResponses = {
  "HEADERS on an idle stream": ({ peer }) => peer.headers(201, [[":status", "200"]], { end: true }),
  "HEADERS on an idle stream of the server": ({ peer }) => peer.headers(200, [[":status", "200"]], { end: true }),
  "an illegal status": message(changed(":status", "2xx", "20", "2000", "abc", "", "099", "600", "999")),
  "status 101": message(changed(":status", "101"), { end: false }),
  "1xx with END_STREAM": message(changed(":status", "100", "103")),
  "1xx after the response": (script) => {
    const id = receiving(script);
    script.peer.headers(id, [[":status", "103"]]);
  },
  "a second response": (script) => {
    const id = receiving(script);
    script.peer.headers(id, [[":status", "200"]], { end: true });
  },
  "DATA before the response": (script) => {
    const id = requested(script);
    script.peer.data(id, "early");
  },
  "a body after HEAD": (script, random) => {
    const id = requested(script, "HEAD");
    script.peer.headers(id, [[":status", "200"], ["content-length", "5"]]);
    script.peer.data(id, random.pick(["", "hello"]), { end: true });
  },
  "HEAD with a content-length": message(plus(["content-length", "5"]), { method: "HEAD" }),
  "204 or 304 with content-length": (script, random) => {
    const id = requested(script);
    const end = random.chance(0.5);
    script.peer.headers(id, [[":status", random.pick(["204", "304"])], ["content-length", "9"]], { end });
    if (!end) script.peer.data(id, random.pick(["", "123456789"]), { end: true });
  },
  "2xx to CONNECT with content-length": (script) => {
    const id = requested(script, "CONNECT");
    script.peer.headers(id, [[":status", "200"], ["content-length", "9"]]);
    script.peer.data(id, "ab", { end: true });
  },
  "trailers in a tunnel": (script) => {
    const id = requested(script, "CONNECT");
    script.peer.headers(id, [[":status", "200"]]);
    script.peer.headers(id, [["x-trailer", "t"]], { end: true });
  },
  "a push on a stream the server ended": (script) => {
    const id = requested(script, "POST");
    script.peer.headers(id, [[":status", "200"]], { end: true });
    script.peer.pushPromise(id, script.nextPeer, script.requestFields("GET"));
  },
  "a push on a stream we reset": (script) => {
    const id = resetByUs(script);
    script.peer.pushPromise(id, script.nextPeer, script.requestFields("GET"));
    script.nextPeer += 2;
  },
  "a push on an idle stream": (script) => script.peer.pushPromise(201, script.nextPeer, script.requestFields("GET")),
  "a push on a pushed stream": (script) => {
    const id = requested(script);
    script.peer.pushPromise(id, script.nextPeer, script.requestFields("GET"));
    script.peer.pushPromise(script.nextPeer, script.nextPeer + 2, script.requestFields("GET"));
    script.nextPeer += 4;
  },
  "a push of an odd or used stream, or of 0": (script, random) => {
    const id = requested(script);
    script.peer.pushPromise(id, script.nextPeer, script.requestFields("GET"));
    random.pick([() => script.peer.reset(script.nextPeer), () => script.call("reset", script.nextPeer, 8), () => {}])();
    script.peer.pushPromise(id, random.pick([0, 7, ...Array(6).fill(script.nextPeer)]), script.requestFields("GET"));
    script.nextPeer += 2;
  },
  "a push though disabled": (script, random) => {
    script.settings[2] = 0;
    if (random.chance(0.7)) script.peer.settingsAck();
    const id = requested(script);
    script.peer.pushPromise(id, script.nextPeer, script.requestFields("GET"));
    script.nextPeer += 2;
  },
  "a push that is malformed": (script, random) => {
    const id = requested(script);
    const promised = script.nextPeer;
    script.nextPeer += 2;
    const fields = random.pick([
      [[":method", "GET"]],
      [...script.requestFields("POST")],
      [...script.requestFields("GET"), ["content-length", "4"]],
      [...script.requestFields("GET"), ["X-Upper", "v"]],
    ]);
    script.peer.pushPromise(id, promised, fields);
  },
  "a pushed response": (script) => {
    const id = requested(script);
    const promised = script.nextPeer;
    script.nextPeer += 2;
    script.peer.pushPromise(id, promised, script.requestFields("GET"));
    script.peer.headers(promised, [[":status", "200"]]);
    script.peer.data(promised, "pushed", { end: true });
  },
  "a pushed response without a promise": (script) => script.peer.headers(script.nextPeer, [[":status", "200"]], { end: true }),
  "DATA on a promised stream": (script) => {
    const id = requested(script);
    script.peer.pushPromise(id, script.nextPeer, script.requestFields("GET"));
    script.peer.data(script.nextPeer, "early");
    script.nextPeer += 2;
  },
  "ENABLE_PUSH=1 from a server": ({ peer }) => peer.settings([[2, 1]]),
  "ALTSVC on a stream": (script, random) => {
    const id = random.chance(0.5) ? requested(script) : receiving(script);
    script.peer.altsvc(id, random.pick(["", "", "https://a.example"]), 'h2=":2"');
  },
};

// ---------------------------------------------------------------- what we are told to do

const FIELDS = [
  ["te", "gzip"],
  ["connection", "close"],
  ["transfer-encoding", "chunked"],
  ["X-Upper", "v"],
  ["x", " v "],
  ["x", "a\nb"],
  ["x y", "v"],
  ["", "v"],
  ["x", "a\x01b"],
  ["content-length", "5"],
];

const wrongCalls = {
  "data over the window": (script, random) => {
    script.peer.settings([[4, random.pick([0, 5])]]);
    const id = writing(script);
    script.call("data", id, "w".repeat(12), random.chance(0.5));
    if (random.chance(0.4)) script.call("trailers", id, [["x-sum", "1"]]);
    script.peer.windowUpdate(id, random.pick([3, 100]));
    script.flush();
    script.peer.settings([[4, 200]]);
  },
  "data of two streams over their windows": (script, random) => {
    script.peer.settings([[4, random.pick([0, 3, 8])]]);
    const [first, second] = [writing(script), writing(script)];
    for (const [id, letter] of random.chance(0.5) ? [[first, "f"], [second, "s"]] : [[second, "s"], [first, "f"]]) {
      script.call("data", id, letter.repeat(random.between(4, 20)), random.chance(0.3));
      if (random.chance(0.4)) script.call("data", id, letter.toUpperCase().repeat(random.between(1, 9)), random.chance(0.5));
      if (random.chance(0.4)) script.call(...random.pick([["end", id], ["trailers", id, [["x-sum", "1"]]]]));
    }
    for (let index = 0; index < 3; index += 1) {
      random.weighted([
        [4, () => script.peer.windowUpdate(random.pick([first, second]), random.pick([1, 4, 30]))],
        [2, () => script.peer.settings([[4, random.pick([2, 10, 40])]])],
        [1, () => script.peer.reset(random.pick([first, second]))],
        [1, () => script.call("reset", random.pick([first, second]), 8)],
      ])();
      if (random.chance(0.6)) script.flush();
    }
  },
  "data of two streams over the connection's window": (script, random) => {
    script.peer.settings([[4, 100_000], [5, random.pick([16_384, 20_000])]]);
    const [first, second] = [writing(script), writing(script)];
    script.call("data", first, "f".repeat(60_000), false);
    script.call("data", second, "s".repeat(9000), random.chance(0.5));
    script.call("data", first, "F".repeat(3000), true);
    for (const increment of [100, 5000, 9000]) {
      script.peer.windowUpdate(0, increment);
      if (random.chance(0.7)) script.flush();
    }
  },
  "data over a frame": (script) => {
    const id = writing(script);
    script.call("data", id, "f".repeat(20_000), false);
  },
  "data over the connection's window": (script) => {
    const id = writing(script);
    for (let index = 0; index < 4; index += 1) script.call("data", id, "c".repeat(16_384), false);
    script.peer.windowUpdate(0, 1000);
  },
  "data after the end": (script) => {
    const id = writing(script);
    script.call("end", id);
    script.call("data", id, "x", true);
    script.streams.get(id).ours = false;
  },
  "the end twice": (script) => {
    const id = writing(script);
    script.call("end", id);
    script.call("end", id);
    script.streams.get(id).ours = false;
  },
  "trailers with a pseudo-field": (script) => script.call("trailers", writing(script), [[":path", "/"]]),
  "data on an idle stream": (script) => script.call("data", idle(script), "x", false),
  "data before the head": (script) => {
    const id = script.role === "server" ? requested(script) : script.nextOurs;
    script.call("data", id, "x", true);
  },
  "a call on a stream the peer reset": (script, random) => {
    const id = resetByPeer(script);
    random.pick([
      () => script.call("data", id, "x", true),
      () => script.call("reset", id, 8),
      () => script.call("release", id, 10),
      () => script.call("end", id),
    ])();
  },
  "a reset of an idle stream": (script) => script.call("reset", idle(script), 8),
  "a reset twice": (script) => script.call("reset", resetByUs(script), 8),
  "an illegal setting": (script, random) =>
    script.call("settings", random.pick([{ 2: 2 }, { 4: 2 ** 31 }, { 5: 100 }, { 8: 2 }])),
  "an unknown setting": (script, random) => script.call("settings", random.pick([{ 4660: 1 }, { 153: 4 }])),
  "settings twice, acknowledged once": (script) => {
    script.call("settings", { 4: 70_000 });
    script.call("settings", { 4: 80_000 });
    script.peer.settingsAck();
    script.peer.settingsAck();
  },
  "settings during streams": (script, random) => {
    const id = receiving(script);
    script.call("settings", { 4: random.pick([5, 100_000]) });
    script.peer.data(id, "abcdefghi");
    script.peer.settingsAck();
    script.peer.data(id, "abc");
  },
  "much released": (script, random) => {
    const id = receiving(script);
    for (let index = 0; index < 3; index += 1) script.peer.data(id, "a".repeat(16_384));
    script.call("release", id, random.pick([49_152, 32_768, 20_000]));
    script.call("release", id, 16_384);
  },
};

const wrongResponsesSent = {
  "a field that may not be sent": (script, random) =>
    script.call("respond", requested(script), [[":status", "200"], random.pick(FIELDS)], true),
  "a status that may not be sent": (script, random) =>
    script.call("respond", requested(script), [[":status", random.pick(["2xx", "101", "99", "1000", "600"])]], true),
  "1xx with END_STREAM sent": (script) => script.call("respond", requested(script), [[":status", "103"]], true),
  "1xx after the response sent": (script) => script.call("respond", writing(script), [[":status", "103"]], false),
  "the response twice": (script) => script.call("respond", writing(script), [[":status", "200"]], true),
  "a response to nothing": (script) => script.call("respond", script.random.pick([7, 2, 99]), [[":status", "200"]], true),
  "a push though disabled": (script) => {
    script.peer.settings([[2, 0]]);
    script.call("push", requested(script), script.nextOurs, script.requestFields("GET"));
  },
  "a push on a closed or idle stream": (script, random) =>
    script.call("push", random.pick([resetByPeer(script), idle(script)]), script.nextOurs, script.requestFields("GET")),
  "a push on a push": (script) => {
    const id = requested(script);
    const promised = script.nextOurs;
    script.nextOurs += 2;
    script.call("push", id, promised, script.requestFields("GET"));
    script.call("push", promised, promised + 2, script.requestFields("GET"));
  },
  "a push answered": (script) => {
    const id = requested(script);
    const promised = script.nextOurs;
    script.nextOurs += 2;
    script.call("push", id, promised, script.requestFields("GET"));
    script.call("respond", promised, [[":status", "200"]], false);
    script.call("data", promised, "pushed", true);
    script.peer.windowUpdate(promised, 100);
  },
  "a malformed push": (script, random) =>
    script.call("push", requested(script), script.nextOurs, random.pick([[[":method", "GET"]], [...script.requestFields("GET"), ["te", "x"]]])),
  "a content-length without a body sent": (script, random) => {
    const status = random.pick(["204", "304", "103", "200"]);
    script.call("respond", requested(script), [[":status", status], ["content-length", "3"]], status !== "103");
  },
  "a body where there is none sent": (script, random) => {
    const id = random.chance(0.5) ? requested(script, "HEAD") : requested(script);
    script.call("respond", id, [[":status", random.pick(["204", "304", "200"])]], false);
    script.call("data", id, "body", true);
  },
  "trailers in a tunnel": (script, random) => {
    const id = requested(script, "CONNECT");
    script.call("respond", id, [[":status", "200"]], false);
    if (random.chance(0.5)) script.call("trailers", id, [["x-sum", "1"]]);
    else script.peer.headers(id, [["x-trailer", "t"]], { end: true });
  },
  "content-length and another body sent": (script, random) => {
    const id = requested(script);
    script.call("respond", id, [[":status", "200"], ["content-length", "3"]], false);
    script.call("data", id, random.pick(["ab", "abcd"]), true);
  },
};

const wrongRequestsSent = {
  "a field that may not be sent": (script, random) => sent(script, (fields) => [...fields, random.pick(FIELDS)]),
  "a missing pseudo-field sent": (script, random) =>
    sent(script, without(random.pick([":method", ":scheme", ":path", ":authority"]))),
  "an illegal pseudo-field sent": (script, random) =>
    sent(script, (fields) => changed(...random.pick([
      [":path", ""],
      [":path", "/a b"],
      [":method", "G ET"],
      [":authority", "a b"],
      [":scheme", "1"],
    ]))(fields, random)),
  "more requests than the peer allows": (script) => {
    script.peer.settings([[3, 1]]);
    requested(script);
    sent(script, (fields) => fields);
    sent(script, (fields) => fields);
  },
  "extended CONNECT sent": (script, random) => {
    if (random.chance(0.5)) script.peer.settings([[8, 1]]);
    sent(script, (fields) => [[":method", "CONNECT"], [":protocol", "websocket"], ...fields.slice(1)]);
  },
  "CONNECT sent": (script) => sent(script, () => [[":method", "CONNECT"], [":authority", "a.example:443"]]),
  "content-length and another body sent": (script, random) => {
    const id = sent(script, (fields) => [[":method", "POST"], ...fields.slice(1), ["content-length", "3"]], false);
    script.call("data", id, random.pick(["ab", "abcd"]), true);
  },
  "only host sent": (script) => sent(script, (fields) => [...without(":authority")(fields), ["host", "a.example"]]),
  "cookies, authorization and host sent": (script) =>
    sent(script, (fields) => [
      ...fields,
      ["cookie", "a=1"],
      ["cookie", "b=a cookie of more than twenty octets"],
      ["authorization", "Basic eA=="],
      ["host", "a.example"],
    ]),
};

function sent(script, change, end = true) {
  const id = script.nextOurs;
  script.nextOurs += 2;
  const fields = [
    [":method", "GET"],
    [":scheme", "https"],
    [":path", "/"],
    [":authority", "a.example"],
  ];
  script.call("request", id, change(fields), end);
  return id;
}

/** A stream on which our head is sent and our body may follow. */
function writing(script) {
  const id = requested(script, "POST");
  if (script.role === "server") {
    script.call("respond", id, [[":status", "200"]], false);
    script.streams.get(id).responded = true;
  }
  return id;
}

const named = (group, weight, first = false) =>
  Object.entries(group).map(([name, play]) => [weight, { name, first, play }]);

const BOTH = [
  ...named(wrongFrames, 1),
  ...named(aroundGoaway, 2),
  ...named(floods, 1),
  ...named(wrongBlocks, 0.7),
  ...named(wrongMessages, 1),
  ...named(wrongCalls, 1.5),
];
const OF = {
  server: [...BOTH, ...named(opening, 1, true), ...named(wrongRequests, 1.2), ...named(wrongResponsesSent, 1.5)],
  client: [...BOTH, ...named(clientOpening, 2, true), ...named(wrongResponses, 2), ...named(wrongRequestsSent, 2.5)],
};

export const defects = (role) => OF[role];
