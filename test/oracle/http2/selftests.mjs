/** The oracle's own self-tests, one for one, in our vocabulary of steps (generate.mjs says which there are). */

import { latin } from "./bytes.mjs";
import { Peer } from "./peer.mjs";

export const GET = [
  [":method", "GET"],
  [":scheme", "https"],
  [":path", "/"],
  [":authority", "a.example"],
];
export const POST = [[":method", "POST"], ...GET.slice(1)];

/** One `recv` step of what `write` writes. */
function received(peer, write, cut = "whole") {
  write(peer);
  const [octets, note] = peer.take();
  return ["recv", cut, octets.toString("hex"), note];
}

/** A server that gets the preface, SETTINGS and then what `write` writes, in one read. */
function server(name, write, { cut, settings, after = () => [] } = {}) {
  const peer = new Peer();
  const first = received(
    peer,
    () => {
      peer.preface();
      peer.settings();
      write(peer);
    },
    cut,
  );
  return { id: name, role: "server", ...(settings && { settings }), steps: [first, ...after(peer)] };
}

/** A client that sent a GET and gets SETTINGS and then what `write` writes. */
function client(name, write, { cut, settings } = {}) {
  const peer = new Peer();
  const answer = () => {
    peer.settings();
    write(peer);
  };
  const steps = [["request", 1, GET, true], received(peer, answer, cut)];
  return { id: name, role: "client", ...(settings && { settings }), steps };
}

const get = (peer) => peer.headers(1, GET, { end: true });
const badPing = (peer) => {
  get(peer);
  peer.frame("PING", 0, 0, latin("\xaa\xbb\xcc"));
};
const post = (...fields) => [...POST, ...fields];
const request = (name, fields) => server(name, (peer) => peer.headers(1, fields, { end: true }));

export const selftests = () => [
  server("GET with END_STREAM", get, {
    after: () => [
      ["respond", 1, [[":status", "200"]], false],
      ["data", 1, "hi", true],
    ],
  }),
  client("response with 103 and padding", (peer) => {
    peer.headers(1, [
      [":status", "103"],
      ["link", "</a>"],
    ]);
    peer.headers(1, [[":status", "200"]]);
    peer.data(1, "hello", { end: true, pad: 4 });
  }),
  server("RST_STREAM on an idle stream once one stream is open", get, {
    after: (peer) => [received(peer, () => peer.reset(7, 0))],
  }),
  {
    id: "initial SETTINGS ack applied to a later update",
    role: "client",
    steps: [
      ["settings", { 4: 100_000 }],
      received(new Peer(), (peer) => {
        peer.settings();
        peer.settingsAck();
      }),
    ],
  },
  server("events before an error in the same read (default)", badPing),
  server("events before an error in the same read (split=frame)", badPing, { cut: "frames" }),
  server("WINDOW_UPDATE with reserved bit", (peer) => peer.windowUpdate(0, 0x80000005)),
  request("content-length 5 but END_STREAM on HEADERS", post(["content-length", "5"])),
  server("content-length 5, 2 bytes, END_STREAM on DATA", (peer) => {
    peer.headers(1, post(["content-length", "5"]));
    peer.data(1, "hi", { end: true });
  }),
  server("content-length 5, 2 bytes, then trailers", (peer) => {
    peer.headers(1, post(["content-length", "5"]));
    peer.data(1, "hi");
    peer.headers(1, [["x-t", "1"]], { end: true });
  }),
  client("304 with content-length then empty DATA+ES", (peer) => {
    peer.headers(1, [
      [":status", "304"],
      ["content-length", "9"],
    ]);
    peer.data(1, "", { end: true });
  }),
  request("header value with LF", [...GET, ["x", "a\nb: c"]]),
  request("duplicate host", [...GET.slice(0, 3), ["host", "a"], ["host", "b"]]),
  client(":status abc accepted?", (peer) => peer.headers(1, [[":status", "2xx"]], { end: true })),
  client(":status 101 accepted?", (peer) => peer.headers(1, [[":status", "101"]])),
  request("bad :path / :method characters", [
    [":method", "G ET"],
    [":scheme", "ht tp"],
    [":path", "nope http/1.1"],
    [":authority", "a@b/c"],
  ]),
  request('header name with ( and "', [...GET, ['x("', "v"], ["y", "\x7f\x01"]]),
  server(
    "too many streams",
    (peer) => {
      peer.headers(1, GET);
      peer.headers(3, GET);
    },
    { cut: "frames", settings: { 3: 1 } },
  ),
  client(
    "GOAWAY kills the connection at once",
    (peer) => {
      peer.goaway(1);
      peer.headers(1, [[":status", "200"]], { end: true });
    },
    { cut: "frames" },
  ),
  {
    id: "failed send_headers leaves the stream open",
    role: "client",
    steps: [["request", 1, [[":method", "GET"]], true]],
  },
  server("DATA after our reset: one RST_STREAM per frame", (peer) => peer.headers(1, POST), {
    after: (peer) => [
      ["reset", 1, 8],
      received(peer, () => {
        for (const text of ["a", "b", "c"]) peer.data(1, text);
      }),
    ],
  }),
  server(
    "stream flow-control violation",
    (peer) => {
      peer.settingsAck();
      peer.headers(1, POST);
      peer.data(1, "hello");
    },
    { cut: "frames", settings: { 4: 4 } },
  ),
  {
    id: "repeated settings in one frame",
    role: "server",
    steps: [
      received(new Peer(), (peer) => {
        peer.preface();
        peer.settings([
          [4, 1],
          [4, 2],
        ]);
      }),
    ],
  },
  server("hpack: table size update", (peer) =>
    peer.headers(1, [], { end: true, block: Buffer.concat([Buffer.from("3fe11f", "hex"), peer.block(GET)]) }),
  ),
  server("hpack: overlong varint", (peer) =>
    peer.headers(1, [], {
      end: true,
      block: Buffer.concat([peer.block(GET), Buffer.from("ff8080808080808000", "hex")]),
    }),
  ),
  { id: "setting 0x1234 sent", role: "client", steps: [["settings", { 4660: 1 }]] },
];
