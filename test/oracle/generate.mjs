/**
 * Seeded scenarios for h11 and ours: whole programs of both roles, mostly legal, in the operations of protocol.ts. Messages
 * come in random pieces, pipelined or one by one; what is sent stands between them. One part of a message in so many is odd:
 * chosen from a list of near misses, most of which both ends must refuse.
 */

import { Random } from "./http2/random.mjs";
import {
  CONNECTIONS,
  EXPECTATIONS,
  EXTENSIONS,
  FIELDS,
  METHODS,
  ODD_CODINGS,
  ODD_EXTENSIONS,
  ODD_HOSTS,
  ODD_LENGTHS,
  ODD_LINES,
  ODD_METHODS,
  ODD_SIZES,
  ODD_STATUS_LINES,
  ODD_TARGETS,
  ODD_VERSIONS,
  STATUSES,
  TARGETS,
  TRAILERS,
  VERSIONS,
} from "./vocabulary.mjs";

/** Of the parts of a message, or of what is sent: one rate for a whole program. */
const ODD = [0, 0, 0.005, 0.02];

class Script {
  constructor(seed) {
    this.random = new Random(seed);
    this.rate = this.random.pick(ODD);
    this.ops = [];
    /** Methods of the requests that are to be answered. */
    this.due = [];
  }

  odd() {
    return this.random.chance(this.rate);
  }

  /** One of the usual, or once in a while one of the odd. */
  of(usual, odd) {
    return this.random.pick(this.odd() ? odd : usual);
  }

  text(most) {
    const { random } = this;
    const length = random.pick([0, 1, 2, 5, 5, random.between(0, most)]);
    return random.pick(["a", "\r\n", "0\r\n\r\n", "\0\xff", "GET / HTTP/1.1\r\n"]).repeat(length).slice(0, length);
  }

  // ---------------------------------------------------------------- octets from the peer

  lineEnd() {
    return this.of(["\r\n"], ["\n", "\r", "\r\r\n", "\n\r\n"]);
  }

  fieldLines(fields) {
    const { random } = this;
    const lines = [...fields, ...random.some(FIELDS, 0.12)].map(
      ([name, value]) => `${name}:${random.pick([" ", " ", "", "\t ", "  "])}${value}`,
    );
    if (this.odd()) lines.splice(random.between(0, lines.length), 0, random.pick(ODD_LINES));
    if (random.chance(0.1)) lines.sort();
    return lines.map((line) => line + this.lineEnd()).join("") + this.lineEnd();
  }

  /** How the body is framed: fields, and the octets. */
  framed(text, isRequest) {
    const { random } = this;
    const kind = random.weighted([
      [4, "length"],
      [4, "chunked"],
      [isRequest ? 3 : 0.2, "none"],
      [0.15, "both"],
    ]);
    if (kind === "none") return [[], isRequest ? "" : text];
    const length = ["Content-Length", this.of([String(text.length)], [String(text.length + 1), ...ODD_LENGTHS])];
    if (kind === "length") return [[length, ...(random.chance(0.02) ? [length] : [])], text];
    const coding = ["Transfer-Encoding", this.of(["chunked"], ODD_CODINGS)];
    return [kind === "both" ? [length, coding] : [coding], this.chunks(text)];
  }

  chunks(text) {
    const { random } = this;
    let out = "";
    for (let rest = text; rest !== ""; ) {
      const part = rest.slice(0, random.between(1, rest.length));
      rest = rest.slice(part.length);
      out += this.chunkLine(part.length) + part + this.lineEnd();
    }
    out += this.chunkLine(0);
    const trailers = random.chance(0.3)
      ? this.fieldLines([
          ...random.some(TRAILERS, 0.5),
          ...random.some(
            [
              ["Host", "t"],
              ["Content-Length", "1"],
            ],
            0.03,
          ),
        ])
      : this.lineEnd();
    return out + trailers;
  }

  chunkLine(size) {
    const { random } = this;
    const hex = size.toString(16);
    const digits = this.of([hex, hex, hex, hex.toUpperCase(), `0${hex}`], ODD_SIZES);
    const extension = random.chance(0.15) ? this.of(EXTENSIONS, ODD_EXTENSIONS) : this.of([""], ODD_EXTENSIONS);
    return digits + extension + this.lineEnd();
  }

  connection() {
    const { random } = this;
    return random.chance(0.04) ? [["Connection", random.pick(CONNECTIONS)]] : [];
  }

  /** A request as its octets. */
  request() {
    const { random } = this;
    const tunnel = random.chance(0.01);
    const method = tunnel ? "CONNECT" : this.of(METHODS, ODD_METHODS);
    this.due.push(method);
    const target = tunnel ? this.of(["a:443"], ["a", "/", ":1"]) : this.of(TARGETS, ODD_TARGETS);
    const version = this.of(VERSIONS, ODD_VERSIONS);
    const text = this.text(40);
    const [framing, body] =
      tunnel || (method !== "POST" && method !== "PUT" && random.chance(0.8)) ? [[], ""] : this.framed(text, true);
    const fields = [["Host", this.of(["a", "example.org:80"], ODD_HOSTS)], ...framing, ...this.connection()];
    if (this.odd()) fields.shift();
    if (random.chance(0.12)) fields.push(["Expect", random.pick(EXPECTATIONS)]);
    if (random.chance(0.03))
      fields.push(
        ["Upgrade", random.pick(["x", "h2c, y", ""])],
        ["Connection", random.pick(["upgrade", "Upgrade, close", "x"])],
      );
    const space = this.of([" "], ["  ", "\t"]);
    const empty = random.chance(0.05) ? random.pick(["\r\n", "\r\n\r\n", "\n"]) : "";
    return `${empty}${method}${space}${target} ${version}${this.lineEnd()}${this.fieldLines(fields)}${body}`;
  }

  /** A final response as its octets. */
  response(method) {
    const { random } = this;
    const status = random.pick(STATUSES);
    const line = this.of([`HTTP/1.1 ${status} OK`, `HTTP/1.1 ${status} `], ODD_STATUS_LINES);
    const [framing, body] = this.framed(this.text(40), false);
    const bodiless = method === "HEAD" || status === 204 || status === 304;
    const fields = [...(bodiless && random.chance(0.7) ? [] : framing), ...this.connection()];
    return line + this.lineEnd() + this.fieldLines(fields) + (bodiless && !this.odd() ? "" : body);
  }

  informational() {
    const { random } = this;
    const status = random.weighted([
      [4, 100],
      [4, 103],
      [this.rate, 101],
      [0.4, 199],
    ]);
    const fields =
      status === 101
        ? [
            ["Upgrade", "x"],
            ["Connection", "upgrade"],
          ]
        : random.some(
            [
              ["Link", "<a>"],
              ["Content-Length", "5"],
            ],
            0.1,
          );
    return `HTTP/1.1 ${status} I${this.lineEnd()}${this.fieldLines(fields)}`;
  }

  /** Feeds octets in one of the ways there are. */
  feed(octets) {
    const { random } = this;
    if (octets === "") return;
    random.weighted([
      [3, () => this.ops.push(["feed", octets])],
      [2, () => this.ops.push(["feed_each", octets, random.pick([1, 2, 3, 7, 16])])],
      [
        3,
        () => {
          for (let rest = octets; rest !== ""; ) {
            const piece = rest.slice(0, random.between(1, Math.max(1, Math.min(rest.length, 60))));
            rest = rest.slice(piece.length);
            this.ops.push(["feed", piece]);
            if (random.chance(5 * this.rate)) this.ours();
          }
        },
      ],
      [
        1,
        () => {
          this.ops.push(["recv", octets]);
          for (let index = random.between(1, 5); index > 0; index -= 1) this.ops.push(["next"]);
          this.ops.push(["drain"]);
        },
      ],
    ])();
  }

  // ---------------------------------------------------------------- what we send

  headers(list) {
    const { random } = this;
    const headers = [...list, ...random.some(FIELDS, 0.08), ...this.connection()];
    if (this.odd())
      headers.push(
        random.pick([
          ["X", "a\r\nb"],
          ["X y", "v"],
          ["X", " v"],
          ["", "v"],
          ["X", "a\0"],
          ["Content-Length", "x"],
          ["Transfer-Encoding", "gzip"],
          ["Content-Length", "3"],
          ["Transfer-Encoding", "chunked"],
        ]),
      );
    return headers;
  }

  framing(length) {
    return this.random.weighted([
      [4, []],
      [4, [["Content-Length", String(length)]]],
      [3, [["Transfer-Encoding", "chunked"]]],
    ]);
  }

  send(event) {
    this.ops.push([this.random.chance(0.1) && event.type === "Data" ? "send_parts" : "send", event]);
  }

  /** A body and its end; `headers` say how it is framed. */
  body(length, headers) {
    const { random } = this;
    for (let rest = length; rest > 0; ) {
      const octets = random.between(0, rest);
      rest -= octets;
      this.send({ type: "Data", data: random.pick(["x", "\r", "\xff"]).repeat(octets) });
      if (this.odd()) break;
    }
    if (this.odd()) this.send({ type: "Data", data: "more" });
    const chunked = headers.some(([name]) => name === "Transfer-Encoding");
    const trailers = (chunked && random.chance(0.3)) || this.odd() ? random.some(TRAILERS, 0.5) : [];
    if (this.odd()) trailers.push(["Host", "t"]);
    if (!this.odd()) this.send({ type: "EndOfMessage", headers: trailers });
  }

  /** An answer of ours, mostly whole. */
  answer() {
    const { random } = this;
    const method = this.due.shift();
    if (random.chance(0.12)) {
      const status = random.pick(this.odd() ? [101, 199] : [100, 103]);
      this.send({ type: "InformationalResponse", status_code: status, headers: this.headers([]) });
    }
    const status = random.pick(STATUSES);
    const length = random.pick([0, 1, 5, 5, 300]);
    const headers = this.headers(this.framing(length));
    this.send({ type: "Response", status_code: status, headers, reason: random.pick(["OK", "", "a b"]) });
    const bodiless = method === "HEAD" || status === 204 || status === 304;
    if (bodiless && !this.odd()) this.body(0, []);
    else this.body(length, headers);
  }

  /** A request of ours, mostly whole; its method. */
  ask() {
    const { random } = this;
    const tunnel = random.chance(0.01);
    const method = tunnel ? "CONNECT" : this.of(METHODS, ODD_METHODS);
    const length = random.pick([0, 0, 1, 5, 300]);
    const framing =
      length === 0 ? random.pick([[], [["Content-Length", "0"]]]) : this.framing(length).filter(() => !tunnel);
    const list = [["Host", this.of(["a"], ODD_HOSTS)], ...framing];
    if (random.chance(0.1)) list.push(["Expect", random.pick(EXPECTATIONS)]);
    if (random.chance(0.02)) list.push(["Upgrade", "x"], ["Connection", "upgrade"]);
    const target = tunnel ? "a:1" : this.of(TARGETS, ODD_TARGETS);
    this.send({ type: "Request", method, target, headers: this.headers(list) });
    if (random.chance(0.08)) this.feed(this.informational());
    this.body(framing.length === 0 ? 0 : length, framing);
    return method;
  }

  /** Something that may be wrong just now. */
  ours() {
    const { random, role } = this;
    random.weighted([
      [1, () => this.send({ type: "Data", data: random.pick(["", "x", "yyyy"]) })],
      [1, () => this.send({ type: "EndOfMessage", headers: random.some(TRAILERS, 0.2) })],
      [1, () => this.ops.push(["start_next_cycle"])],
      [0.4, () => this.ops.push(["trailing_data"])],
      [0.2, () => this.send({ type: "ConnectionClosed" })],
      [0.1, () => this.ops.push(["send_failed"])],
      [
        0.5,
        () =>
          role === "server"
            ? this.send({ type: "InformationalResponse", status_code: random.pick([100, 103]), headers: [] })
            : this.ask(),
      ],
      [0.5, () => (role === "server" ? this.answer() : this.feed(this.informational()))],
    ])();
  }

  server() {
    const { random } = this;
    for (let turn = random.between(1, 6); turn > 0; turn -= 1) {
      const together = random.pick([1, 1, 1, 2, 3]);
      this.feed(Array.from({ length: together }, () => this.request()).join(""));
      while (this.due.length > 0 && random.chance(0.85)) {
        this.answer();
        this.ops.push(["start_next_cycle"], [random.pick(["drain", "next"])], ["drain"]);
      }
      if (random.chance(5 * this.rate)) this.ours();
    }
  }

  client() {
    const { random } = this;
    for (let turn = random.between(1, 6); turn > 0; turn -= 1) {
      const method = this.ask();
      const before = Array.from({ length: random.pick([0, 0, 0, 1, 2]) }, () => this.informational()).join("");
      this.feed(before + this.response(method));
      if (random.chance(5 * this.rate)) this.ours();
      this.ops.push(["start_next_cycle"], ["drain"]);
    }
  }

  played(id) {
    const { random } = this;
    this.role = random.pick(["server", "client"]);
    this[this.role]();
    if (random.chance(0.3)) this.ops.push(["trailing_data"]);
    if (random.chance(0.7)) this.ops.push(["recv", ""], ["drain"], ["state"]);
    return { id, role: this.role, ops: this.ops };
  }
}

/** @param first seed of the first; one more of each that follows */
export const generated = (count, first = 1) =>
  Array.from({ length: count }, (_, index) => new Script(first + index).played(`p${first + index}`));
