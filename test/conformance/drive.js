// Plays conformance cases on an implementation, in any runtime: no I/O, no package, only what is passed in. README.md
// beside says what a case is.

/**
 * Runs every case at every split that it asks for.
 * @param {{ Http1Connection: Function, RemoteProtocolError: Function }} sansio
 * @param {{ protocol: string, cases: object[] }} suite
 * @returns {{ cases: number, runs: number, failures: { name: string, split: string, expected: object, found: object }[] }}
 */
export function runSuite(sansio, { cases }) {
  const failures = [];
  let runs = 0;
  for (const each of cases) {
    const bytes = octets(each.input);
    const expected = JSON.stringify(outcomeOf(each));
    for (const cuts of splitsOf(each, bytes.length)) {
      runs++;
      const found = play(sansio, each, pieces(bytes, cuts), runs % 2 === 0);
      if (JSON.stringify(found) === expected) continue;
      failures.push({ name: each.name, split: JSON.stringify(cuts), expected: outcomeOf(each), found });
      break;
    }
  }
  return { cases: cases.length, runs, failures };
}

/** What a case expects, or what was found, in one order. */
function outcomeOf({ events, error, last }) {
  return { events, ...(error && { error }), last };
}

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
      const { code, statusHint, offset, header } = error;
      outcome.error = { code, statusHint, offset, ...(header !== undefined && { header }) };
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

// --- splits -------------------------------------------------------------------------------------------------------

/** The lists of places where the input is cut. "every": whole, octet by octet, and in two at each place. */
export function splitsOf({ splits }, length) {
  if (splits !== "every") return splits;
  const places = Array.from({ length: Math.max(length - 1, 0) }, (_, i) => i + 1);
  return [[], places, ...places.map((place) => [place])];
}

export function pieces(bytes, cuts) {
  return [0, ...cuts].map((cut, i) => bytes.subarray(cut, cuts[i] ?? bytes.length));
}

/** One char an octet. */
export function octets(input) {
  return Uint8Array.from(input, (char) => char.charCodeAt(0));
}

function text(bytes) {
  return Array.from(bytes, (octet) => String.fromCharCode(octet)).join("");
}
