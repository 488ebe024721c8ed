/** What can be wrong with the frames of a peer, one function each; and what is only odd. */

import { END_HEADERS, END_STREAM, PREFACE, settings, u32 } from "./bytes.mjs";
import { acknowledged, closed, idle, receiving, requested, resetByPeer, resetByUs } from "./defects-streams.mjs";

const LARGEST = 2 ** 31 - 1;

export const opening = {
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
export const clientOpening = {
  "the first frame is not SETTINGS": (script) => {
    script.ourRequest();
    script.peer.ping();
  },
};

export const wrongFrames = {
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
    const octets = script.peer.block(
      script.role === "server" ? script.requestFields("GET") : script.responseFields(200),
    );
    script.peer.frame("HEADERS", END_STREAM, id, octets.subarray(0, 1));
    random.pick([
      () => script.peer.ping(),
      () => script.peer.frame(77, 0, 0, Buffer.alloc(1)),
      () => script.peer.frame("CONTINUATION", END_HEADERS, id + 2, octets.subarray(1)),
      () => script.peer.headers(id, [], { block: octets.subarray(1) }),
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

export const aroundGoaway = {
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

export const floods = {
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
