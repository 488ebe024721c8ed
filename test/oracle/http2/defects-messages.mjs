/** What can be wrong with the header blocks and messages of a peer, one function each; and what is only odd. */

import { integer, string } from "./bytes.mjs";
import { acknowledged, receiving, requested, resetByUs } from "./defects-streams.mjs";

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

export const wrongBlocks = {
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
      const fields = [
        [":status", "200"],
        ["server", "y"],
      ];
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
export const without =
  (...names) =>
  (fields) =>
    fields.filter(([name]) => !names.includes(name));
export const changed =
  (name, ...values) =>
  (fields, random) => {
    const value = random.pick(values);
    return fields.map((field) => (field[0] === name ? [name, value] : field));
  };

export const wrongMessages = {
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
  "a value with whitespace around it": message((fields, random) => [
    ...fields,
    ["x", random.pick([" a", "a ", "a\t", " "])],
  ]),
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
  "three cookies": message((fields) => [
    ...fields,
    ["cookie", "a=1"],
    ["accept", "x"],
    ["cookie", "b=2"],
    ["cookie", "c"],
  ]),
};

export const wrongRequests = {
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
  "no authority, and another scheme": message((fields) => [
    ...changed(":scheme", "ftp")(without(":authority")(fields), { pick: ([only]) => only }),
  ]),
  "an empty path": message(changed(":path", "")),
  "an illegal path": message(changed(":path", "nope http/1.1", "/a b", "/\x01", "a", "/\xe9", "/#x", "*")),
  "an illegal method": message(changed(":method", "G ET", "", "GET /", "g\xe9t", "GE(T")),
  "an illegal scheme": message(changed(":scheme", "ht tp", "", "http://evil", "9p")),
  "an illegal authority": message(changed(":authority", "a@b", "a/c", "a b", "", "a:b")),
  "CONNECT with a path": message((fields) => [[":method", "CONNECT"], ...fields.slice(1)]),
  "CONNECT without authority": message(() => [[":method", "CONNECT"]]),
  "CONNECT, plain": message(
    () => [
      [":method", "CONNECT"],
      [":authority", "a.example:443"],
    ],
    { end: false },
  ),
  "extended CONNECT": message((fields) => [[":method", "CONNECT"], [":protocol", "websocket"], ...fields.slice(1)], {
    end: false,
  }),
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

export const wrongResponses = {
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
    script.peer.headers(id, [
      [":status", "200"],
      ["content-length", "5"],
    ]);
    script.peer.data(id, random.pick(["", "hello"]), { end: true });
  },
  "HEAD with a content-length": message(plus(["content-length", "5"]), { method: "HEAD" }),
  "204 or 304 with content-length": (script, random) => {
    const id = requested(script);
    const end = random.chance(0.5);
    script.peer.headers(
      id,
      [
        [":status", random.pick(["204", "304"])],
        ["content-length", "9"],
      ],
      { end },
    );
    if (!end) script.peer.data(id, random.pick(["", "123456789"]), { end: true });
  },
  "2xx to CONNECT with content-length": (script) => {
    const id = requested(script, "CONNECT");
    script.peer.headers(id, [
      [":status", "200"],
      ["content-length", "9"],
    ]);
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
  "a pushed response without a promise": (script) =>
    script.peer.headers(script.nextPeer, [[":status", "200"]], { end: true }),
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
