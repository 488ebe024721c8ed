/** The other end as a writer of octets: each method makes one frame (or one header block's frames) and notes what it is. */

import {
  ACK,
  BlockWriter,
  END_HEADERS,
  END_STREAM,
  frame,
  latin,
  PADDED,
  PREFACE,
  PRIORITY,
  padded,
  settings,
  TYPES,
  u32,
} from "./bytes.mjs";

const dependence = ({ on = 0, weight = 15, exclusive = false }) =>
  Buffer.concat([u32(exclusive ? on + 2 ** 31 : on), Buffer.of(weight)]);

export class Peer {
  writer = new BlockWriter();
  /** What was written since the last `take`, and what it was. */
  octets = [];
  notes = [];

  constructor(choose = ([first]) => first) {
    this.choose = choose;
  }

  take() {
    const taken = [Buffer.concat(this.octets), this.notes.join(" ")];
    this.octets = [];
    this.notes = [];
    return taken;
  }

  raw(octets, note = "RAW") {
    this.octets.push(octets);
    this.notes.push(note);
  }

  frame(name, flags, stream, payload) {
    this.raw(frame(TYPES[name] ?? name, flags, stream, payload), `${name}(${stream})`);
  }

  preface() {
    this.raw(PREFACE, "PREFACE");
  }

  settings(pairs = []) {
    this.frame("SETTINGS", 0, 0, settings(pairs));
  }

  settingsAck() {
    this.frame("SETTINGS", ACK, 0);
  }

  block(fields) {
    return this.writer.block(fields, this.choose);
  }

  /** A header block in a HEADERS or PUSH_PROMISE frame; `cuts`: the octets of each piece but the last. */
  blockFrames(name, stream, block, { end = false, pad, priority, before, cuts = [] }) {
    const pieces = [];
    let rest = block;
    for (const cut of cuts) {
      pieces.push(rest.subarray(0, cut));
      rest = rest.subarray(cut);
    }
    pieces.push(rest);
    const flags =
      (end ? END_STREAM : 0) |
      (pieces.length === 1 ? END_HEADERS : 0) |
      (pad === undefined ? 0 : PADDED) |
      (priority === undefined ? 0 : PRIORITY);
    const parts = [
      before ?? Buffer.alloc(0),
      priority === undefined ? Buffer.alloc(0) : dependence(priority),
      pieces[0],
    ];
    this.frame(name, flags, stream, padded(Buffer.concat(parts), pad));
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) this.frame("CONTINUATION", index === pieces.length - 1 ? END_HEADERS : 0, stream, piece);
    }
  }

  headers(stream, fields, options = {}) {
    this.blockFrames("HEADERS", stream, options.block ?? this.block(fields), options);
    this.notes[this.notes.length - 1] += options.end ? " ES" : "";
  }

  pushPromise(stream, promised, fields, options = {}) {
    this.blockFrames("PUSH_PROMISE", stream, this.block(fields), { ...options, before: u32(promised) });
  }

  data(stream, text, { end = false, pad } = {}) {
    const flags = (end ? END_STREAM : 0) | (pad === undefined ? 0 : PADDED);
    this.frame("DATA", flags, stream, padded(latin(text), pad));
    this.notes[this.notes.length - 1] += ` ${text.length}${end ? " ES" : ""}`;
  }

  windowUpdate(stream, increment) {
    this.frame("WINDOW_UPDATE", 0, stream, u32(increment));
  }

  reset(stream, code = 8) {
    this.frame("RST_STREAM", 0, stream, u32(code));
  }

  ping(text = "pingpong", flags = 0) {
    this.frame("PING", flags, 0, latin(text));
  }

  goaway(last = 0, code = 0, debug = "") {
    this.frame("GOAWAY", 0, 0, Buffer.concat([u32(last), u32(code), latin(debug)]));
  }

  priority(stream, on = 0, weight = 15, exclusive = false) {
    this.frame("PRIORITY", 0, stream, dependence({ on, weight, exclusive }));
  }

  altsvc(stream, origin, field) {
    this.frame("ALTSVC", 0, stream, Buffer.concat([Buffer.of(0, origin.length), latin(origin + field)]));
  }
}
