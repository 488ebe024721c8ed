/** What we can be told to send that may not be sent, or not now, one function each; and what is only odd. */

import { changed, without } from "./defects-messages.mjs";
import { idle, receiving, requested, resetByPeer, resetByUs } from "./defects-streams.mjs";

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

export const wrongCalls = {
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
    for (const [id, letter] of random.chance(0.5)
      ? [
          [first, "f"],
          [second, "s"],
        ]
      : [
          [second, "s"],
          [first, "f"],
        ]) {
      script.call("data", id, letter.repeat(random.between(4, 20)), random.chance(0.3));
      if (random.chance(0.4))
        script.call("data", id, letter.toUpperCase().repeat(random.between(1, 9)), random.chance(0.5));
      if (random.chance(0.4))
        script.call(
          ...random.pick([
            ["end", id],
            ["trailers", id, [["x-sum", "1"]]],
          ]),
        );
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
    script.peer.settings([
      [4, 100_000],
      [5, random.pick([16_384, 20_000])],
    ]);
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
    script.peer.settingsAck();
    script.peer.data(id, random.pick(["abc", ""]));
  },
  "much released": (script, random) => {
    const id = receiving(script);
    for (let index = 0; index < 3; index += 1) script.peer.data(id, "a".repeat(16_384));
    script.call("release", id, random.pick([49_152, 32_768, 20_000]));
    script.call("release", id, 16_384);
  },
};

export const wrongResponsesSent = {
  "a field that may not be sent": (script, random) =>
    script.call("respond", requested(script), [[":status", "200"], random.pick(FIELDS)], true),
  "a status that may not be sent": (script, random) =>
    script.call("respond", requested(script), [[":status", random.pick(["2xx", "101", "99", "1000", "600"])]], true),
  "1xx with END_STREAM sent": (script) => script.call("respond", requested(script), [[":status", "103"]], true),
  "1xx after the response sent": (script) => script.call("respond", writing(script), [[":status", "103"]], false),
  "the response twice": (script) => script.call("respond", writing(script), [[":status", "200"]], true),
  "a response to nothing": (script) =>
    script.call("respond", script.random.pick([7, 2, 99]), [[":status", "200"]], true),
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
    script.call(
      "push",
      requested(script),
      script.nextOurs,
      random.pick([[[":method", "GET"]], [...script.requestFields("GET"), ["te", "x"]]]),
    ),
  "a content-length without a body sent": (script, random) => {
    const status = random.pick(["204", "304", "103", "200"]);
    script.call(
      "respond",
      requested(script),
      [
        [":status", status],
        ["content-length", "3"],
      ],
      status !== "103",
    );
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
    script.call(
      "respond",
      id,
      [
        [":status", "200"],
        ["content-length", "3"],
      ],
      false,
    );
    script.call("data", id, random.pick(["ab", "abcd"]), true);
  },
};

export const wrongRequestsSent = {
  "a field that may not be sent": (script, random) => sent(script, (fields) => [...fields, random.pick(FIELDS)]),
  "a missing pseudo-field sent": (script, random) =>
    sent(script, without(random.pick([":method", ":scheme", ":path", ":authority"]))),
  "an illegal pseudo-field sent": (script, random) =>
    sent(script, (fields) =>
      changed(
        ...random.pick([
          [":path", ""],
          [":path", "/a b"],
          [":method", "G ET"],
          [":authority", "a b"],
          [":scheme", "1"],
        ]),
      )(fields, random),
    ),
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
  "CONNECT sent": (script) =>
    sent(script, () => [
      [":method", "CONNECT"],
      [":authority", "a.example:443"],
    ]),
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
