// Plays conformance cases on an implementation, in any runtime: no I/O, no package, only what is passed in. README.md
// beside says what a case is.

/** Of each protocol: how many octets a case feeds, what it expects, and what comes of it when cut at these places. */
const PLAYERS = {
  http1: {
    lengthOf: ({ input }) => input.length,
    expected: outcomeOf,
    play: (sansio, each, cuts, late) => play(sansio, each, pieces(octets(each.input), cuts), late),
  },
  http2: {
    lengthOf: ({ steps }) => steps.reduce((sum, step) => sum + (typeof step === "string" ? step.length : 0), 0),
    expected: outcomeOf,
    play: playHttp2,
  },
  hpack: { lengthOf: () => 0, expected: ({ blocks }) => ({ blocks }), play: playHpack },
};

/** There is a suite of each. */
export const PROTOCOLS = Object.keys(PLAYERS);

/**
 * Runs every case at every split that it asks for.
 * @param {object} sansio what is played on: the classes that `sansio` exports
 * @param {{ protocol: string, cases: object[] }} suite
 * @returns {{ cases: number, runs: number, failures: { name: string, split: string, expected: object, found: object }[] }}
 */
export function runSuite(sansio, { protocol, cases }) {
  const { lengthOf, expected: expectedOf, play: playOne } = PLAYERS[protocol];
  const failures = [];
  let runs = 0;
  for (const each of cases.map(unpacked)) {
    const expected = JSON.stringify(expectedOf(each));
    for (const cuts of splitsOf(each, lengthOf(each))) {
      runs++;
      const found = playOne(sansio, each, cuts, runs % 2 === 0);
      if (JSON.stringify(found) === expected) continue;
      failures.push({ name: each.name, split: JSON.stringify(cuts), expected: expectedOf(each), found });
      break;
    }
  }
  return { cases: cases.length, runs, failures };
}

/** A case with its long texts written out: of `{ "parts": ["a", [3, "b"]] }` comes "abbb". */
export function unpacked(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unpacked);
  if (Array.isArray(value.parts)) {
    return value.parts.map((part) => (typeof part === "string" ? part : part[1].repeat(part[0]))).join("");
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unpacked(each)]));
}

/** What a case expects, or what was found, in one order. */
function outcomeOf({ events, error, sent, finished, last }) {
  return { events, ...(error && { error }), ...(sent && { sent }), ...(finished && { finished }), last };
}

// --- HTTP/1.1 -----------------------------------------------------------------------------------------------------

/** Feeds the pieces to a new connection and pulls, after each of them or only at the end. */
export function play({ Http1Connection, RemoteProtocolError }, { role, options, send = [], answer, end }, fed, late) {
  const connection = new Http1Connection(role, options);
  for (const event of send) connection.send(event.type === "data" ? { ...event, data: octets(event.data) } : event);
  connection.bytesToSend();
  const outcome = { events: [], error: undefined, last: undefined };
  const pull = () => pullAll(connection, RemoteProtocolError, answer, outcome);
  for (const piece of fed) {
    connection.feed(piece);
    if (!late) pull();
  }
  pull();
  if (end) {
    connection.feedEof();
    pull();
  }
  return outcomeOf(outcome);
}

function pullAll(connection, RemoteProtocolError, answer, outcome) {
  for (;;) {
    let event;
    try {
      event = connection.nextEvent();
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      outcome.error = faultOf(error);
      outcome.last = "error";
      return;
    }
    if (event.type === "paused" && answer) {
      answerRequest(connection);
      continue;
    }
    const closedBefore = outcome.last === "connection-closed";
    outcome.last = undefined;
    if (event.type === "need-data" || event.type === "paused") {
      outcome.last = event.type;
      return;
    }
    if (event.type === "connection-closed") outcome.last = event.type;
    if (!closedBefore) keep(outcome.events, event);
    if (event.type === "connection-closed") return;
  }
}

/** 200 without content, and on to the next request. */
function answerRequest(connection) {
  connection.send({ type: "response", status: 200, headers: { "Content-Length": "0" } });
  connection.send({ type: "end-of-message" });
  connection.bytesToSend();
  connection.startNextCycle();
}

/** Adjacent data of one chunk is one event: how it was cut up never matters. */
function keep(events, { headers, data, ...event }) {
  if (data === undefined) {
    events.push({ ...event, ...(headers && { headers: headers.raw() }) });
    return;
  }
  const last = events[events.length - 1];
  if (last?.type === "data" && !last.chunkEnd && !event.chunkStart) {
    last.data += text(data);
    last.chunkEnd = event.chunkEnd;
  } else {
    events.push({ ...event, data: text(data) });
  }
}

function faultOf({ code, statusHint, offset, header }) {
  return { code, statusHint, offset, ...(header !== undefined && { header }) };
}

// --- HTTP/2 -------------------------------------------------------------------------------------------------------

/** Feeds what the peer sends and makes the calls between, pulling after each piece or only before each call. */
export function playHttp2({ Http2Connection, RemoteProtocolError }, { role, options, steps, end }, cuts, late) {
  const connection = new Http2Connection(role, options);
  const outcome = { events: [] };
  const sent = [];
  const pull = () => pullHttp2(connection, RemoteProtocolError, outcome);
  let fed = 0;
  for (const step of steps) {
    if (typeof step === "string") {
      for (const piece of piecesFrom(fed, octets(step), cuts)) {
        connection.feed(piece);
        if (!late) pull();
      }
      fed += step.length;
    } else {
      pull();
      const [method, ...parameters] = step;
      const result = connection[method](...parameters.map(withOctets));
      if (method === "bytesToSend") sent.push(result);
      pull();
    }
  }
  pull();
  if (end) {
    connection.feedEof();
    pull();
  }
  sent.push(connection.bytesToSend());
  return outcomeOf({ ...outcome, sent: framesIn(sent.map(text).join("")), finished: connection.finished });
}

function pullHttp2(connection, RemoteProtocolError, outcome) {
  if (outcome.last === "error" || outcome.last === "connection-closed") return;
  for (;;) {
    let event;
    try {
      event = connection.nextEvent();
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      outcome.error = { ...faultOf(error), http2Code: error.http2Code };
      outcome.last = "error";
      return;
    }
    outcome.last = event.type;
    if (event.type === "need-data") return;
    keepHttp2(outcome.events, withText(event));
    if (event.type === "connection-closed") return;
  }
}

function keepHttp2(events, event) {
  const last = events[events.length - 1];
  if (event.type === "data" && last?.type === "data" && last.streamId === event.streamId) last.data += event.data;
  else events.push(event);
}

/** Octets as text, fields as pairs. */
function withText(event) {
  const textOf = (value) => {
    if (value instanceof Uint8Array) return text(value);
    return typeof value?.raw === "function" ? value.raw() : value;
  };
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name, textOf(value)]));
}

/** A parameter as the call takes it: `{ octets: "..." }` stands for octets, also within an event. */
function withOctets(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (typeof value.octets === "string") return octets(value.octets);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withOctets(each)]));
}

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const [HEADERS, PUSH_PROMISE, GOAWAY, WINDOW_UPDATE, CONTINUATION] = [1, 5, 7, 8, 9];
/** How many octets of a payload are told: header blocks and debug data are the sender's own business. */
const TOLD = new Map([
  [HEADERS, 0],
  [PUSH_PROMISE, 4],
  [CONTINUATION, 0],
  [GOAWAY, 8],
]);

/** The frames that were sent behind the first, which is SETTINGS; without WINDOW_UPDATE, which may come sooner or later. */
function framesIn(sent) {
  const frames = [];
  const number = (at, count) => {
    let value = 0;
    for (let i = at; i < at + count; i++) value = value * 256 + sent.charCodeAt(i);
    return value;
  };
  for (let at = sent.startsWith(PREFACE) ? PREFACE.length : 0; at < sent.length; ) {
    const length = number(at, 3);
    const type = number(at + 3, 1);
    const payload = sent.slice(at + 9, at + 9 + Math.min(length, TOLD.get(type) ?? length));
    frames.push({ type, flags: number(at + 4, 1), streamId: number(at + 5, 4), payload });
    at += 9 + length;
  }
  return frames.slice(1).filter(({ type }) => type !== WINDOW_UPDATE);
}

// --- HPACK --------------------------------------------------------------------------------------------------------

/** Decodes the blocks with one decoder; what came out must also come out of what the encoder makes of it. */
export function playHpack({ HpackDecoder, HpackEncoder, RemoteProtocolError }, { options, blocks }) {
  const decoder = new HpackDecoder(options);
  const [encoder, reader] = [new HpackEncoder(), new HpackDecoder()];
  const decode = (block) => {
    try {
      const fields = decoder.decode(octets(block));
      const again = reader.decode(encoder.encode(fields));
      return { fields, ...(JSON.stringify(again) !== JSON.stringify(fields) && { again }) };
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      return { error: error.code };
    }
  };
  return {
    blocks: blocks.map(({ maxTableSizes, block }) => {
      for (const size of maxTableSizes ?? []) decoder.maxTableSize = size;
      return { ...(maxTableSizes && { maxTableSizes }), block, ...decode(block), tableSize: decoder.tableSize };
    }),
  };
}

// --- splits -------------------------------------------------------------------------------------------------------

/**
 * The lists of places where the input is cut. "every": whole, octet by octet, and in two at each place; or in two only
 * at some places from one to another.
 */
export function splitsOf({ splits = [[]] }, length) {
  if (Array.isArray(splits)) return splits;
  const places = Array.from({ length: Math.max(length - 1, 0) }, (_, i) => i + 1);
  const { from, to, step } = splits === "every" ? { from: 1, to: length, step: 1 } : splits;
  const isCut = (place) => from <= place && place <= to && (place - from) % step === 0;
  return [[], places, ...places.filter(isCut).map((place) => [place])];
}

export function pieces(bytes, cuts) {
  return [0, ...cuts].map((cut, i) => bytes.subarray(cut, cuts[i] ?? bytes.length));
}

/** The pieces of octets that stand at `start` of an input. */
function piecesFrom(start, bytes, cuts) {
  const own = cuts.map((cut) => cut - start).filter((cut) => cut > 0 && cut < bytes.length);
  return pieces(bytes, own);
}

/** One char an octet. */
export function octets(input) {
  const bytes = new Uint8Array(input.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = input.charCodeAt(i);
  return bytes;
}

function text(bytes) {
  let chars = "";
  for (let i = 0; i < bytes.length; i++) chars += String.fromCharCode(bytes[i]);
  return chars;
}
