/**
 * Seeded, grammar-aware scenarios: mostly legal sequences of frames and calls, most with a defect or an odd choice.
 *
 * A scenario is a role, our settings, and steps:
 *   ["recv", cut, hex, note]            octets from the peer; cut: "whole", "frames" or "octets" (how they are fed)
 *   ["request", id, fields, end]        client: opens stream `id`
 *   ["respond", id, fields, end]        server: fields begin with :status; 1xx is informational
 *   ["trailers", id, fields]            ["data", id, text, end]   ["end", id]   ["reset", id, code]
 *   ["release", id, octets]             data was consumed (manual windows)
 *   ["ping", text]   ["settings", {id: value}]   ["push", id, promised, fields]   ["goaway", code, debug]
 *   ["altsvc", origin, field, id]
 */

import { defects } from "./defects.mjs";
import { Peer } from "./peer.mjs";
import { Random } from "./random.mjs";

const PATHS = ["/", "/a", "/a/b?c=d", "/index.html"];
const AUTHORITIES = ["a.example", "b.example:8080", "127.0.0.1"];
const EXTRAS = [
  ["accept", "*/*"],
  ["user-agent", "x"],
  ["x-custom", "1"],
  ["content-type", "text/plain"],
  ["x-empty", ""],
  ["te", "trailers"],
];
const RARE = [
  ["cookie", "a=1"],
  ["cookie", "b=2; c=3"],
  ["authorization", "Basic eA==", true],
  ["x-high", "\xe9\xff"],
];
const RESPONSE_EXTRAS = [
  ["server", "y"],
  ["content-type", "text/html"],
  ["x-custom", "2"],
  ["cache-control", "no-cache"],
];
const CUTS = [
  [6, "frames"],
  [1, "octets"],
  [1, "whole"],
];

/** What both ends know: good enough to stay mostly legal, never asked for anything else. */
export class Script {
  steps = [];
  /** id -> { theirs, ours: may that end still send; method; length: octets the peer has left to send, or null } */
  streams = new Map();
  nextPeer;
  nextOurs;
  /** The peer's table size is set once: what hyper-h2 sends after a repetition cannot be decoded for sure. */
  tableSized = false;

  constructor(random, role) {
    this.random = random;
    this.role = role;
    this.peer = new Peer((choices) => random.pick(choices));
    this.nextPeer = role === "server" ? 1 : 2;
    this.nextOurs = role === "server" ? 2 : 1;
  }

  flush(cut = this.random.weighted(CUTS)) {
    const [octets, note] = this.peer.take();
    if (octets.length > 0) this.steps.push(["recv", cut, octets.toString("hex"), note]);
  }

  call(...step) {
    this.flush();
    this.steps.push(step);
  }

  open(id, facts) {
    this.streams.set(id, { theirs: true, ours: true, length: null, responded: false, ...facts });
  }

  ids(test) {
    return [...this.streams].filter(([, stream]) => test(stream)).map(([id]) => id);
  }

  // ---------------------------------------------------------------- header lists

  requestFields(method) {
    const { random } = this;
    const connect = method === "CONNECT";
    const fields = [[":method", method]];
    if (!connect) fields.push([":scheme", random.pick(["https", "http"])], [":path", random.pick(PATHS)]);
    fields.push([":authority", connect ? "c.example:443" : random.pick(AUTHORITIES)]);
    fields.push(...random.some(EXTRAS, 0.15), ...random.some(RARE, 0.03));
    return fields;
  }

  responseFields(status) {
    return [[":status", String(status)], ...this.random.some(RESPONSE_EXTRAS, 0.15)];
  }

  method() {
    return this.random.weighted([
      [10, "GET"],
      [8, "POST"],
      [1, "HEAD"],
      [1, "PUT"],
      [0.3, "CONNECT"],
    ]);
  }

  blockOptions(end) {
    const { random } = this;
    const options = { end };
    if (random.chance(0.06)) options.pad = random.pick([0, 1, 7, 255]);
    if (random.chance(0.04)) options.priority = { on: random.pick([0, 0, 3, 101]), weight: random.between(0, 255) };
    if (random.chance(0.06)) options.cuts = Array.from({ length: random.between(1, 3) }, () => random.between(0, 9));
    return options;
  }

  // ---------------------------------------------------------------- what the peer sends

  peerRequest() {
    const { random, peer } = this;
    const method = this.method();
    const bodied = method === "POST" || method === "PUT" || method === "CONNECT";
    const end = random.chance(bodied ? 0.1 : 0.85);
    const fields = this.requestFields(method);
    const length = !end && random.chance(0.25) ? random.between(0, 12) : null;
    if (length !== null) fields.push(["content-length", String(length)]);
    const id = this.nextPeer;
    this.nextPeer += random.chance(0.1) ? 4 : 2;
    peer.headers(id, fields, this.blockOptions(end));
    this.open(id, { method, theirs: !end, length });
  }

  peerResponse(id) {
    const { random, peer } = this;
    const stream = this.streams.get(id);
    if (random.chance(0.2)) {
      peer.headers(id, this.responseFields(random.pick([100, 103, 103])), this.blockOptions(false));
      return;
    }
    const status = random.weighted([
      [8, 200],
      [2, 404],
      [1, 304],
      [1, 204],
      [1, 500],
    ]);
    const empty = status === 304 || status === 204 || stream.method === "HEAD";
    const end = random.chance(empty ? 0.9 : 0.2);
    const fields = this.responseFields(status);
    if (!empty && !end && random.chance(0.3)) {
      stream.length = random.between(0, 12);
      fields.push(["content-length", String(stream.length)]);
    }
    stream.answered = true;
    stream.theirs = !end;
    peer.headers(id, fields, this.blockOptions(end));
  }

  peerData(id) {
    const { random, peer } = this;
    const stream = this.streams.get(id);
    const octets = Math.min(random.pick([0, 1, 3, 5, 5, 40]), stream.length ?? Infinity);
    if (stream.length !== null) stream.length -= octets;
    const end = (stream.length === null || stream.length === 0) && random.chance(0.4);
    const pad = random.chance(0.1) ? random.pick([0, 2, 100]) : undefined;
    peer.data(id, random.pick(["a", "b", "c"]).repeat(octets), { end, pad });
    stream.theirs = !end;
  }

  peerTrailers(id) {
    const stream = this.streams.get(id);
    if (stream.length !== null && stream.length > 0) this.peerData(id);
    if (!stream.theirs || (stream.length ?? 0) > 0) return;
    this.peer.headers(id, [["x-trailer", "t"], ...this.random.some(EXTRAS.slice(0, 4), 0.1)], this.blockOptions(true));
    stream.theirs = false;
  }

  peerPush(id) {
    const { peer, random } = this;
    const promised = this.nextPeer;
    this.nextPeer += 2;
    const method = random.pick(["GET", "GET", "HEAD"]);
    const { end, priority, ...options } = this.blockOptions(false);
    peer.pushPromise(id, promised, this.requestFields(method), options);
    this.open(promised, { method, ours: false });
  }

  peerReset(id) {
    this.peer.reset(id, this.random.pick([0, 2, 7, 8, 8, 13, 99]));
    this.streams.delete(id);
  }

  peerSettings() {
    const { random, peer } = this;
    const possible = [
      [1, random.pick([0, 100, 4096, 65536])],
      [3, random.pick([0, 1, 2, 100])],
      [4, random.pick([0, 5, 10, 65535, 100_000])],
      [5, random.pick([16384, 20000, 16777215])],
      [6, random.pick([100, 65536])],
      [8, 1],
      [0x99, 7],
      [random.pick([2, 2, 9]), 0],
    ];
    const chosen = random.some(possible, 0.3).filter(([id]) => id !== 1 || !this.tableSized);
    this.tableSized ||= chosen.some(([id]) => id === 1);
    peer.settings(chosen);
  }

  peerOther() {
    const { random, peer } = this;
    const anyStream = () => random.pick([0, ...this.streams.keys()]);
    random.weighted([
      [3, () => peer.windowUpdate(anyStream(), random.pick([1, 10, 1000, 65535]))],
      [2, () => peer.ping(random.pick(["pingpong", "\0\0\0\0\0\0\0\x01"]))],
      [1, () => peer.ping("pingpong", 1)],
      [2, () => this.peerSettings()],
      [
        1,
        () =>
          peer.priority(
            random.pick([1, 3, 5, 200, 201]),
            random.pick([0, 7]),
            random.between(0, 255),
            random.chance(0.2),
          ),
      ],
      [1, () => peer.raw(this.unknownFrame(), "UNKNOWN")],
      [0.5, () => peer.altsvc(anyStream(), random.pick(["", "https://a.example"]), 'h2=":443"')],
      [0.4, () => peer.goaway(random.pick([0, 1, 3, 2 ** 31 - 1]), random.pick([0, 0, 2]), random.pick(["", "why"]))],
    ])();
  }

  unknownFrame() {
    const { random } = this;
    const payload = Buffer.from(random.pick(["", "abc"]));
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = random.pick([11, 77, 200, 255]);
    head[4] = random.pick([0, 1, 255]);
    head.writeUInt32BE(random.pick([0, ...this.streams.keys()]), 5);
    return Buffer.concat([head, payload]);
  }

  /** One legal thing of the peer's. */
  peerStep() {
    const { random, role } = this;
    const sending = this.ids(({ theirs }) => theirs);
    const body = sending.filter((id) => role === "server" || this.streams.get(id).answered);
    const waiting = role === "client" ? sending.filter((id) => !this.streams.get(id).answered) : [];
    const parents = role === "client" ? sending.filter((id) => id % 2 === 1) : [];
    const choices = [[3, () => this.peerOther()]];
    if (role === "server") choices.push([4, () => this.peerRequest()]);
    if (body.length > 0) choices.push([5, () => this.peerData(random.pick(body))]);
    if (body.length > 0) choices.push([1, () => this.peerTrailers(random.pick(body))]);
    if (waiting.length > 0) choices.push([6, () => this.peerResponse(random.pick(waiting))]);
    if (parents.length > 0) choices.push([0.7, () => this.peerPush(random.pick(parents))]);
    if (this.streams.size > 0) choices.push([0.6, () => this.peerReset(random.pick([...this.streams.keys()]))]);
    random.weighted(choices)();
  }

  // ---------------------------------------------------------------- what we do

  ourRequest() {
    const { random } = this;
    const method = this.method();
    const end = random.chance(method === "GET" || method === "HEAD" ? 0.9 : 0.2);
    const id = this.nextOurs;
    this.nextOurs += 2;
    this.call("request", id, this.requestFields(method), end);
    this.open(id, { method, ours: !end, responded: true });
  }

  ourResponse(id) {
    const { random } = this;
    const stream = this.streams.get(id);
    if (random.chance(0.15)) {
      this.call("respond", id, this.responseFields(random.pick([100, 103])), false);
      return;
    }
    const end = random.chance(0.3);
    this.call("respond", id, this.responseFields(random.pick([200, 200, 404, 204, 304])), end);
    stream.responded = true;
    stream.ours = !end;
  }

  ourData(id) {
    const { random } = this;
    const octets = random.pick([0, 1, 4, 4, 30, 300]);
    const end = random.chance(0.4);
    this.call("data", id, random.pick(["x", "y", "z"]).repeat(octets), end);
    this.streams.get(id).ours = !end;
  }

  ourEnd(id) {
    if (this.random.chance(0.5)) this.call("end", id);
    else this.call("trailers", id, [["x-sum", "1"]]);
    this.streams.get(id).ours = false;
  }

  ourPush(id) {
    const promised = this.nextOurs;
    this.nextOurs += 2;
    this.call("push", id, promised, this.requestFields("GET"));
    this.open(promised, { method: "GET", theirs: false });
  }

  ourOther() {
    const { random } = this;
    const id = random.pick([...this.streams.keys(), 1]);
    random.weighted([
      [2, () => this.call("ping", random.pick(["12345678", "abcdefgh"]))],
      [
        2,
        () =>
          this.call(
            "settings",
            random.pick([{ 4: 100_000 }, { 4: 10 }, { 1: 0 }, { 3: 1 }, { 5: 20000 }, { 6: 200 }, {}]),
          ),
      ],
      [2, () => this.call("release", id, random.pick([0, 1, 5, 40, 40000]))],
      [0.5, () => this.call("goaway", random.pick([0, 0, 2, 11]), random.pick(["", "bye"]))],
      [this.role === "server" ? 0.6 : 0.1, () => this.call("altsvc", "https://a.example", 'h2=":1"', null)],
      [this.role === "server" ? 0.4 : 0, () => this.call("altsvc", null, 'h2=":1"', id)],
    ])();
  }

  ourStep() {
    const { random, role } = this;
    const sending = this.ids(({ ours, responded }) => ours && responded);
    const silent = role === "server" ? this.ids(({ ours, responded }) => ours && !responded) : [];
    const choices = [[2, () => this.ourOther()]];
    if (role === "client") choices.push([4, () => this.ourRequest()]);
    if (silent.length > 0) choices.push([8, () => this.ourResponse(random.pick(silent))]);
    if (sending.length > 0) choices.push([6, () => this.ourData(random.pick(sending))]);
    if (sending.length > 0) choices.push([2, () => this.ourEnd(random.pick(sending))]);
    const parents = role === "server" ? this.ids(({ ours }) => ours).filter((id) => id % 2 === 1) : [];
    if (parents.length > 0) choices.push([0.8, () => this.ourPush(random.pick(parents))]);
    if (this.streams.size > 0) {
      choices.push([
        0.6,
        () => {
          const id = random.pick([...this.streams.keys()]);
          this.call("reset", id, random.pick([0, 8, 8, 2]));
        },
      ]);
    }
    random.weighted(choices)();
  }

  step() {
    if (this.random.chance(0.62)) this.peerStep();
    else this.ourStep();
    if (this.random.chance(0.3)) this.flush();
  }
}

function settingsOf(random) {
  const settings = {};
  if (random.chance(0.08)) settings[3] = random.pick([1, 2]);
  if (random.chance(0.08)) settings[4] = random.pick([0, 10, 50]);
  if (random.chance(0.05)) settings[8] = 1;
  return settings;
}

const chosenDefect = (random, role) => (random.chance(0.5) ? random.weighted(defects(role)) : null);

/** One scenario of three goes through all defects, so that none is missing. */
const inTurn = (choices, turn) => choices[turn % choices.length][1];

/**
 * @param Kind what writes it
 * @param long its most steps, and how many of them have a defect besides; undefined: a few steps, one defect at most
 */
export function scenario(seed, Kind = Script, long = undefined) {
  const random = new Random(seed);
  const turn = seed % 3 === 0 ? seed / 3 : null;
  const role = turn === null ? random.pick(["server", "server", "client"]) : turn % 2 === 0 ? "server" : "client";
  const settings = settingsOf(random);
  if (role === "client" && random.chance(0.15)) settings[2] = 0;
  const script = new Kind(random, role);
  script.settings = settings;
  const defect = turn === null ? chosenDefect(random, role) : inTurn(defects(role), turn >> 1);
  const at = random.between(0, 5);
  if (defect?.first) defect.play(script, random);
  else {
    if (role === "server") script.peer.preface();
    if (random.chance(0.5)) script.peer.settings();
    else script.peerSettings();
    if (random.chance(0.7)) script.peer.settingsAck();
  }
  if (role === "client" && !defect?.first) script.ourRequest();
  const later = defects(role).filter(([, { first }]) => !first);
  const few = random.chance(0.1) ? random.between(8, 16) : random.between(2, 7);
  const length = long === undefined ? few : random.between(few, long.most);
  for (let index = 0; index < length; index += 1) {
    if (defect && !defect.first && index === Math.min(at, length - 1)) defect.play(script, random);
    if (long !== undefined && random.chance(long.defects)) random.weighted(later).play(script, random);
    script.step();
  }
  script.flush();
  const named = defect === null ? {} : { defect: defect.name };
  return { id: `g${seed}`, role, ...named, ...(Object.keys(settings).length > 0 && { settings }), steps: script.steps };
}

/** @param first seed of the first; one more of each that follows */
export const generated = (count, first = 1) => Array.from({ length: count }, (_, index) => scenario(first + index));
