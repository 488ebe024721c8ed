/**
 * hyper-h2's side of the common vocabulary: what it is asked (commands of the shared oracle) and what it said.
 *
 * An answer is { events, frames, error }, each left out when empty. Events and frames are arrays:
 *   ["request", id, line, fields], ["push-promise", id, promised, line, fields], ["response", id, status, fields],
 *   ["informational-response", id, status, fields], ["data", id, runs], ["end-of-message", id, trailers],
 *   ["stream-reset", id, code, remote], ["settings", {id: value}], ["settings-acknowledged", {id: value}],
 *   ["ping" | "ping-acknowledged", hex], ["window-updated", id, increment], ["goaway", code, last, debug hex],
 *   ["alternative-service", origin, field], ["unknown-frame", type, stream, flags, hex];
 *   frames as the RFC calls them: ["HEADERS", id, fields, end], ["DATA", id, runs, end], ...
 * `line` is [method, target, scheme, authority, protocol]. Fields are pairs in wire order; those of frames include the
 * pseudo-fields, and a third member `true` when never indexed. What was announced at the beginning is not in the first
 * "settings-acknowledged".
 * `runs` is text with repetitions counted: "a*5000b*1".
 */

const latin = (hex) => Buffer.from(hex ?? "", "hex").toString("latin1");

export const runsOf = (text) => text.replace(/(.)\1*/gs, (run, one) => `${one}*${run.length}`);

const hexOf = (text) => Buffer.from(text, "latin1").toString("hex");

const CALLS = {
  request: (id, fields, end) => ["send_headers", [id, fields], { end_stream: end }],
  respond: (id, fields, end) => ["send_headers", [id, fields], { end_stream: end }],
  trailers: (id, fields) => ["send_headers", [id, fields], { end_stream: true }],
  data: (id, text, end) => ["send_data", [id, { hex: hexOf(text) }], { end_stream: end }],
  end: (id) => ["end_stream", [id]],
  reset: (id, code) => ["reset_stream", [id], { error_code: code }],
  release: (id, octets) => ["acknowledge_received_data", [octets, id]],
  ping: (text) => ["ping", [{ hex: hexOf(text) }]],
  settings: (values) => ["update_settings", [values]],
  push: (id, promised, fields) => ["push_stream", [id, promised, fields]],
  goaway: (code, debug) => ["close_connection", [], { error_code: code, additional_data: { hex: hexOf(debug) } }],
  altsvc: (origin, field, id) => [
    "advertise_alternative_service",
    [{ hex: hexOf(field) }],
    origin === null ? { stream_id: id } : { origin: { hex: hexOf(origin) } },
  ],
};

const CUTS = { whole: undefined, frames: "frame", octets: "byte" };

/** A call of the vocabulary as a command. */
export function commandOf(conn, [name, ...rest]) {
  const [method, args, kwargs = {}] = CALLS[name](...rest);
  return { op: "call", conn, method, args, kwargs };
}

/** The last two are the state at the end and the end of the oracle's connection. */
export function commandsOf(scenario) {
  const conn = scenario.id;
  return [
    { op: "new", conn, role: scenario.role, ...(scenario.settings && { settings: scenario.settings }) },
    ...scenario.steps.map(([name, ...rest]) => {
      if (name === "recv") return { op: "recv", conn, hex: rest[1], split: CUTS[rest[0]] };
      return commandOf(conn, [name, ...rest]);
    }),
    { op: "state", conn },
    { op: "free", conn },
  ];
}

const plain = (headers) => (headers ?? []).map(([name, value]) => [name, value]);
const news = (changed) => Object.fromEntries(Object.entries(changed).map(([id, [, value]]) => [id, value]));

/** The pseudo-fields of a request as our events show them, and the other fields. */
export function requestOf(fields) {
  const of = (name) => fields.find(([n]) => n === name)?.[1];
  const method = of(":method");
  const protocol = of(":protocol") ?? null;
  const authority = of(":authority") ?? of("host") ?? "";
  const line =
    method === "CONNECT" && protocol === null
      ? [method, authority, "", authority, null]
      : [method, of(":path"), of(":scheme"), authority, protocol];
  return [line, regular(fields)];
}

/** hyper-h2 sends pseudo-fields in the order that its caller gives, we in our own: here they always have this one. */
const PSEUDO_ORDER = [":status", ":method", ":scheme", ":authority", ":path", ":protocol"];

export const ordered = (fields) => [
  ...PSEUDO_ORDER.flatMap((name) => fields.filter(([n]) => n === name)),
  ...fields.filter(([name]) => !PSEUDO_ORDER.includes(name)),
];

const regular = (fields) => fields.filter(([name]) => !name.startsWith(":"));

export const responseOf = (fields) => [fields.find(([name]) => name === ":status")?.[1], regular(fields)];

/** What each event is called here; those that repeat another are left out (the same object is also listed by itself). */
const EVENTS = {
  RequestReceived: (e) => ["request", e.stream_id, ...requestOf(plain(e.headers))],
  ResponseReceived: (e) => ["response", e.stream_id, ...responseOf(plain(e.headers))],
  InformationalResponseReceived: (e) => ["informational-response", e.stream_id, ...responseOf(plain(e.headers))],
  TrailersReceived: (e) => ["trailers", e.stream_id, plain(e.headers)],
  PushedStreamReceived: (e) => ["push-promise", e.parent_stream_id, e.pushed_stream_id, ...requestOf(plain(e.headers))],
  DataReceived: (e) => ["data", e.stream_id, latin(e.data)],
  StreamEnded: (e) => ["end-of-message", e.stream_id, []],
  StreamReset: (e) => ["stream-reset", e.stream_id, e.error_code, e.remote_reset],
  RemoteSettingsChanged: (e) => ["settings", news(e.changed_settings)],
  SettingsAcknowledged: (e) => ["settings-acknowledged", news(e.changed_settings)],
  PingReceived: (e) => ["ping", e.ping_data],
  PingAckReceived: (e) => ["ping-acknowledged", e.ping_data],
  WindowUpdated: (e) => ["window-updated", e.stream_id, e.delta],
  ConnectionTerminated: (e) => ["goaway", e.error_code, e.last_stream_id, e.additional_data ?? ""],
  AlternativeServiceAvailable: (e) => ["alternative-service", latin(e.origin), latin(e.field_value)],
  UnknownFrameReceived: ({ frame }) => ["unknown-frame", frame.ftype, frame.stream, frame.flags, frame.data],
  PriorityUpdated: () => null,
};

/**
 * Trailers and the end of their message are one event; adjacent data of a stream are one. In what order several streams
 * are told of room at one time is not said: `drain` events are sorted.
 */
export function joined(events) {
  const out = [];
  for (const event of events) {
    const last = out.at(-1);
    if (event[0] === "data" && last?.[0] === "data" && last[1] === event[1]) {
      last[2] += event[2];
    } else if (event[0] === "end-of-message" && last?.[0] === "trailers") {
      out[out.length - 1] = ["end-of-message", event[1], last[2]];
    } else if (event[0] === "drain") {
      const before = out.findLastIndex(([type, id]) => type !== "drain" || id < event[1]);
      out.splice(before + 1, 0, event);
    } else if (event[0] !== "data" || event[2] !== "") out.push([...event]);
  }
  return out.map((event) => (event[0] === "data" ? ["data", event[1], runsOf(event[2])] : event));
}

const FRAMES = {
  PREFACE: () => null,
  SETTINGS: (f) => (f.flags.includes("ACK") ? ["SETTINGS-ACK"] : ["SETTINGS", f.settings]),
  HEADERS: (f) => ["HEADERS", f.stream, ordered(f.headers ?? []), f.flags.includes("END_STREAM")],
  PUSH_PROMISE: (f) => ["PUSH_PROMISE", f.stream, f.promised, ordered(f.headers ?? [])],
  DATA: (f) => ["DATA", f.stream, runsOf(latin(f.data)), f.flags.includes("END_STREAM")],
  RST_STREAM: (f) => ["RST_STREAM", f.stream, f.code],
  GOAWAY: (f) => ["GOAWAY", f.last, f.code, f.data],
  PING: (f) => [f.flags.includes("ACK") ? "PING-ACK" : "PING", f.data],
  WINDOW_UPDATE: (f) => ["WINDOW_UPDATE", f.stream, f.increment],
  ALTSVC: (f) => ["ALTSVC", f.stream, f.origin, f.field],
};

/** Events of a reply, one by one. */
export const eventsOf = (events) => events.map((event) => EVENTS[event.event](event)).filter((event) => event !== null);

function answerOf({ events, frames, error, fed }) {
  const answer = {};
  const ours = joined(eventsOf(events));
  if (ours.length > 0) answer.events = ours;
  const sent = frames.map((frame) => FRAMES[frame.type](frame)).filter((frame) => frame !== null);
  if (sent.length > 0) answer.frames = sent;
  // Of an error in a call only that there is one: hyper-h2's codes and classes tell nothing there.
  if (error !== null) answer.error = fed === undefined ? "local" : (error.code ?? error.type);
  return answer;
}

const HEADER_CALLS = ["request", "respond", "trailers", "push"];
const lost = (frame) => {
  if (frame[0] === "HEADERS") return ["HEADERS", frame[1], "lost", frame[3]];
  return frame[0] === "PUSH_PROMISE" ? ["PUSH_PROMISE", frame[1], frame[2], "lost"] : frame;
};

/** The frame of a call whose block the peer cannot even decode; the oracle then tells nothing about the call. */
function undecodable([name, id, ...rest]) {
  if (name === "push") return { frames: [["PUSH_PROMISE", id, rest[0], "lost"]] };
  return { frames: [["HEADERS", id, "lost", name === "trailers" || rest[1]]] };
}

/**
 * A call that hyper-h2 refuses because of its fields has already changed the encoder's table, which the peer never
 * learns: what later blocks decode to is noise, written as "lost".
 *
 * @param replies one more than steps: the first is the beginning of the connection
 */
export function answersOf({ id, steps }, replies) {
  let inStep = true;
  return replies.map((reply, index) => {
    const step = steps[index - 1];
    if (reply.oracle_error !== undefined) {
      if (inStep) throw new Error(`${id}: ${JSON.stringify(step)}: ${reply.oracle_error}`);
      return undecodable(step);
    }
    const answer = answerOf(reply);
    if (!inStep && answer.frames !== undefined) answer.frames = answer.frames.map(lost);
    if (answer.error !== undefined && HEADER_CALLS.includes(step[0])) inStep = false;
    return answer;
  });
}

/** Open streams and windows: what both ends can tell. */
export function endOf(state) {
  const streams = Object.entries(state.streams).filter(([, { state: name }]) => name !== "CLOSED");
  return {
    closed: state.connection === "CLOSED",
    out: state.outbound_window,
    in: state.inbound_window,
    streams: Object.fromEntries(streams.map(([id, stream]) => [id, [stream.state, stream.out, stream.in]])),
  };
}
