// The sending half: checks that an event may be sent now and is valid, and applies it. Nothing is changed or queued
// before everything was checked; a header block that was encoded must be sent, as the encoder's table has changed with
// it.
import { LocalProtocolError } from "../shared/errors.ts";
import { checkedPair, type FieldPair, fieldPairs, isMarked, NO_PAIRS, type Pairs } from "../shared/field-pairs.ts";
import { checkOctets } from "../shared/octets.ts";
import { checkFlag, checkNames } from "../shared/options.ts";
import type {
  Http2Priority,
  Http2Request,
  Http2RequestPart,
  Http2Send,
  OpenStreamOptions,
  SendHttp2Data,
  SendHttp2EndOfMessage,
  SendHttp2InformationalResponse,
  SendHttp2Response,
} from "./events.ts";
import { PRIORITY_UPDATE, PUSH_PROMISE, writeU32 } from "./frames.ts";
import type { CheckedFields } from "./hpack-types.ts";
import { LOWEST_URGENCY, type Priority, writePriority } from "./priority.ts";
import type { Session } from "./session.ts";
import { DEFAULT_URGENCY, END, ENDED, MESSAGE, ON, type Stream, stateName, TRAILERS } from "./stream.ts";

const PARTS: readonly Http2RequestPart[] = ["method", "target", "scheme", "authority", "protocol"];
const NO_PARTS: readonly Http2RequestPart[] = [];
const OPEN_OPTIONS = ["endStream", "priority"];
const PRIORITY = ["urgency", "incremental"];

export class Sender {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  // --- requests ------------------------------------------------------------------------------------------------------------

  openStream(request: Http2Request, options: OpenStreamOptions): number {
    const { session } = this;
    const { streams, encoder } = session;
    checkNames("options", options, OPEN_OPTIONS);
    const { endStream = false, priority } = options;
    const line = this.requestLine(request, priority);
    checkFlag("endStream", endStream);
    if (session.isServer) throw new LocalProtocolError("WRONG_STATE", { seen: "a server opens streams by push" });
    if (!session.isOpen) throw new LocalProtocolError("GOING_AWAY");
    if (!streams.areIdsLeft) throw new LocalProtocolError("NO_STREAM_LEFT");
    this.checkConcurrency(streams.local);
    if (line.protocol !== null && !session.remote.enableConnectProtocol) {
      throw new LocalProtocolError("EXTENDED_CONNECT_NOT_ENABLED");
    }
    const { method, scheme, authority, path, protocol, pairs, sensitive } = line;
    if (endStream && method !== "CONNECT") checkNothingDue(pairs);
    const { block, contentLength } = encoder.encodeRequest(method, scheme, authority, path, protocol, pairs, sensitive);
    const id = streams.nextLocal;
    const stream = streams.open(id, true);
    streams.fire(stream, ON["send-headers"]);
    stream.fireSent(MESSAGE.request);
    stream.noteMethod(method);
    stream.due = stream.requestLength(contentLength);
    stream.urgency = line.priority.urgency;
    stream.incremental = line.priority.incremental;
    session.writeHeaders(id, block, endStream);
    if (endStream) this.ended(stream);
    return id;
  }

  push(streamId: number, request: Http2Request): number {
    const { session } = this;
    const { streams, encoder } = session;
    const line = this.requestLine(request, undefined);
    const { method, scheme, authority, path, protocol, pairs, sensitive, priority } = line;
    const parent = this.find(streamId);
    if (!session.isServer || parent.isLocal || !session.remote.enablePush || protocol !== null) {
      throw new LocalProtocolError("PUSH_NOT_ALLOWED");
    }
    if (!session.isOpen) throw new LocalProtocolError("GOING_AWAY");
    if (!streams.areIdsLeft) throw new LocalProtocolError("NO_STREAM_LEFT");
    if (!parent.allows(ON["send-data"]) || parent.sent === ENDED) throw this.wrongState("push", parent);
    this.checkConcurrency(streams.local + streams.reservedLocal);
    if (method !== "GET" && method !== "HEAD") throw new LocalProtocolError("BAD_PROMISE", { seen: method });
    checkNothingDue(pairs);
    const { block } = encoder.encodeRequest(method, scheme, authority, path, null, pairs, sensitive);
    const id = streams.nextLocal;
    const stream = streams.open(id, true);
    streams.fire(stream, ON["send-push-promise"]);
    stream.received = ENDED;
    stream.noteMethod(method);
    stream.urgency = priority.urgency;
    stream.incremental = priority.incremental;
    session.writeBlock(PUSH_PROMISE, 0, streamId, block, id);
    return id;
  }

  private checkConcurrency(open: number): void {
    const { maxConcurrentStreams } = this.session.remote;
    if (open >= maxConcurrentStreams) {
      throw new LocalProtocolError("TOO_MANY_STREAMS", { seen: `the peer takes ${maxConcurrentStreams}` });
    }
  }

  /**
   * Returns the pseudo-fields and fields of a request, each member of which is read once. Without an authority, the Host
   * field takes its place, with its mark of being sensitive.
   */
  private requestLine(request: Http2Request, given: Http2Priority | undefined) {
    const { method, target, scheme: named, authority: meant, protocol = null } = request;
    let sensitive = checkedParts(request.sensitive);
    let pairs: Pairs = fieldPairs(request.headers);
    const priority = checkedPriority(given === undefined ? {} : given);
    checkText("method", method);
    checkText("target", target);
    checkText("scheme", named ?? "");
    checkText("authority", meant ?? "");
    checkText("protocol", protocol ?? "");
    const isTunnel = method === "CONNECT" && protocol === null;
    let authority = meant ?? (isTunnel ? target : null);
    // One of the two would be dropped, and it may be the one that the caller has looked at.
    if (isTunnel && authority !== target) {
      const seen = `CONNECT with the target "${target}" and the authority "${authority}"`;
      throw new LocalProtocolError("HOST_CONFLICT", { header: ":authority", seen });
    }
    if (isTunnel && sensitive.includes("target")) sensitive = [...sensitive, "authority"];
    const host = pairs.find(isHost);
    if (host !== undefined) {
      const [, value, mark] = checkedPair(host);
      authority ??= value;
      if (value === authority) {
        if (isMarked(mark)) sensitive = [...sensitive, "authority"];
        pairs = withoutHost(pairs);
      }
    }
    if (given !== undefined) pairs = withPriority(pairs, priority);
    // A received CONNECT has the scheme "". Any other is refused with the rest of the head (RFC 9113 8.5).
    const scheme = isTunnel ? named || null : (named ?? "https");
    return { method, scheme, authority, path: isTunnel ? null : target, protocol, pairs, sensitive, priority };
  }

  // --- messages ------------------------------------------------------------------------------------------------------------

  send(event: Http2Send): boolean {
    switch (event.type) {
      case "data":
        return this.sendData(event);
      case "response":
        return this.sendResponse(event);
      case "end-of-message":
        return this.sendEndOfMessage(event);
      case "informational-response":
        return this.sendInformationalResponse(event);
      default:
        throw new TypeError(`not an event to send: ${String((event as { type: unknown }).type)}`);
    }
  }

  private sendInformationalResponse(event: SendHttp2InformationalResponse): boolean {
    const { session } = this;
    const { streamId, status } = event;
    const pairs = withoutLength(fieldPairs(event.headers));
    const stream = this.allowed(streamId, "informational-response", MESSAGE["informational-response"]);
    checkStatus(status, 100, 199);
    if ((event as { endStream?: unknown }).endStream) throw new LocalProtocolError("INFORMATIONAL_WITH_END");
    const { block } = session.encoder.encodeResponse(status, pairs);
    session.fire(stream, ON["send-headers"]);
    session.writeHeaders(streamId, block, false);
    return true;
  }

  private sendResponse(event: SendHttp2Response): boolean {
    const { session } = this;
    const { streamId, status, endStream = false } = event;
    checkFlag("endStream", endStream);
    let pairs = fieldPairs(event.headers);
    const stream = this.allowed(streamId, "response", MESSAGE.response);
    checkStatus(status, 200, 999);
    const isTunnel = stream.opensTunnel(status);
    if (status === 204 || isTunnel) pairs = withoutLength(pairs);
    else if (endStream && !stream.isBodiless(status)) checkNothingDue(pairs);
    const begin = session.output.length;
    const { block, contentLength } = session.encoder.encodeResponse(status, pairs);
    stream.isTunnel = isTunnel;
    stream.due = stream.responseLength(status, contentLength);
    stream.fireSent(MESSAGE.response);
    session.fire(stream, ON["send-headers"]);
    session.writeHeaders(streamId, block, endStream);
    session.budgets.provoke(session.output.length - begin);
    if (endStream) this.ended(stream);
    return true;
  }

  private sendData(event: SendHttp2Data): boolean {
    const { session } = this;
    const { streamId, data, endStream = false } = event;
    checkOctets("data", data);
    checkFlag("endStream", endStream);
    const stream = this.allowed(streamId, "data", MESSAGE.data);
    const { due } = stream;
    const { length } = data;
    if (due >= 0 && length > due) {
      throw new LocalProtocolError("BODY_TOO_LONG", { seen: `${length} octets where ${due} are due` });
    }
    if (endStream && due > length) {
      throw new LocalProtocolError("BODY_TOO_SHORT", { seen: `${due - length} octets are still due` });
    }
    if (due >= 0) stream.due = due - length;
    if (length > 0) session.scheduler.push(stream, data);
    if (endStream) this.end(stream, NO_PAIRS);
    return length === 0 || session.scheduler.letsGo(stream);
  }

  private sendEndOfMessage(event: SendHttp2EndOfMessage): boolean {
    const pairs = fieldPairs(event.headers);
    const stream = this.allowed(event.streamId, "end-of-message", MESSAGE["end-of-message"]);
    if (stream.due > 0) throw new LocalProtocolError("BODY_TOO_SHORT", { seen: `${stream.due} octets are still due` });
    // A CONNECT request has no content to put trailers behind, and it may be a tunnel at the server already.
    const isTunnel = stream.isTunnel || (stream.isConnect && !this.session.isServer);
    if (pairs.length > 0 && isTunnel) throw new LocalProtocolError("TRAILERS_NOT_ALLOWED");
    this.end(stream, pairs.length > 0 ? this.session.encoder.checkTrailers(pairs) : NO_PAIRS);
    return true;
  }

  /** Ends a message, at once or behind the data that is queued: trailers never overtake data. */
  private end(stream: Stream, trailers: CheckedFields): void {
    const { session } = this;
    if (trailers.length > 0) {
      stream.trailers = trailers;
      stream.ending = TRAILERS;
    } else {
      stream.ending = END;
    }
    stream.fireSent(MESSAGE["end-of-message"]);
    if (stream.queued === 0) session.writeEnding(stream);
  }

  /** Ends a message whose head was sent with END_STREAM. */
  private ended(stream: Stream): void {
    stream.fireSent(MESSAGE["end-of-message"]);
    this.session.fire(stream, ON["send-end-stream"]);
  }

  // --- streams -------------------------------------------------------------------------------------------------------------

  find(streamId: number): Stream {
    if (typeof streamId !== "number") throw new TypeError("streamId must be a number");
    const stream = this.session.streams.get(streamId);
    if (stream === undefined) throw new LocalProtocolError("NO_SUCH_STREAM", { seen: `stream ${streamId}` });
    return stream;
  }

  /** Returns the stream. Throws unless this event may be sent on it now. */
  private allowed(streamId: number, type: Http2Send["type"], trigger: number): Stream {
    const stream = this.find(streamId);
    const isResponse = trigger === MESSAGE.response || trigger === MESSAGE["informational-response"];
    if (!stream.allowsSent(trigger) || (isResponse && !this.session.isServer)) throw this.wrongState(type, stream);
    return stream;
  }

  private wrongState(type: string, stream: Stream): LocalProtocolError {
    return new LocalProtocolError("WRONG_STATE", { seen: `${type} on stream ${stream.id}, ${stateName(stream)}` });
  }

  /** Changes the priority that a stream's data is sent with; a client also tells the server (RFC 9218 7.1). */
  prioritize(streamId: number, given: Http2Priority): void {
    const { session } = this;
    const priority = checkedPriority(given);
    const stream = this.find(streamId);
    session.scheduler.prioritize(stream, priority.urgency, priority.incremental);
    if (session.isServer) return;
    const field = writePriority(priority);
    const at = session.frame(4 + field.length, PRIORITY_UPDATE, 0, 0);
    const { page } = session.output;
    writeU32(page, at, streamId);
    for (let i = 0; i < field.length; i++) page[at + 4 + i] = field.charCodeAt(i);
  }
}

function checkedParts(given: readonly Http2RequestPart[] | undefined): readonly Http2RequestPart[] {
  if (given === undefined) return NO_PARTS;
  const parts = [...given];
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown === undefined) return parts;
  throw new TypeError(`sensitive: ${unknown} is not a pseudo-field's member; known: ${PARTS.join(", ")}`);
}

function checkText(name: string, text: string): void {
  if (typeof text !== "string") throw new TypeError(`${name} must be a string`);
}

function checkStatus(status: number, least: number, most: number): void {
  if (typeof status !== "number") throw new TypeError("status must be a number");
  if (status === 101) throw new LocalProtocolError("SWITCH_IN_HTTP2");
  if (!Number.isInteger(status) || status < least || status > most) {
    throw new LocalProtocolError("BAD_STATUS", { seen: `${status}, where ${least} to ${most} is sent` });
  }
}

function checkedPriority(given: Http2Priority): Priority {
  checkNames("priority", given, PRIORITY);
  const { urgency = DEFAULT_URGENCY, incremental = false } = given;
  checkFlag("incremental", incremental);
  if (typeof urgency !== "number") throw new TypeError("urgency must be a number");
  if (!Number.isInteger(urgency) || urgency < 0 || urgency > LOWEST_URGENCY) {
    throw new RangeError(`urgency must be a whole number from 0 to ${LOWEST_URGENCY}, not ${urgency}`);
  }
  return { urgency, incremental };
}

function isNamed(pair: FieldPair, name: string): boolean {
  return (
    Array.isArray(pair) &&
    typeof pair[0] === "string" &&
    pair[0].length === name.length &&
    pair[0].toLowerCase() === name
  );
}

function isHost(pair: FieldPair): boolean {
  return isNamed(pair, "host");
}

/** Drops Host, which `:authority` says. @throws LocalProtocolError for a second one */
function withoutHost(pairs: Pairs): Pairs {
  const others = pairs.filter((pair) => !isHost(pair));
  if (others.length < pairs.length - 1) throw new LocalProtocolError("DUPLICATE_HOST", { header: "host" });
  return others;
}

/** Adds the field, unless the priority is the default. @throws RangeError when there is one already, which may differ */
function withPriority(pairs: Pairs, priority: Priority): Pairs {
  if (pairs.some(isPriority)) throw new RangeError("options.priority must not be given with a priority field");
  const written = writePriority(priority);
  return written === "" ? pairs : [...pairs, ["priority", written]];
}

function isPriority(pair: FieldPair): boolean {
  return isNamed(pair, "priority");
}

function isLength(pair: FieldPair): boolean {
  return isNamed(pair, "content-length");
}

/** Drops Content-Length, which 1xx, 204 and 2xx to CONNECT must not have (RFC 9110 8.6). */
function withoutLength(pairs: Pairs): Pairs {
  return pairs.some(isLength) ? pairs.filter((pair) => !isLength(pair)) : pairs;
}

/** Refuses a Content-Length other than 0 in a message that ends with its head. */
function checkNothingDue(pairs: Pairs): void {
  const pair = pairs.find(isLength);
  if (pair !== undefined && checkedPair(pair)[1] !== "0") {
    throw new LocalProtocolError("BODY_TOO_SHORT", {
      header: "content-length",
      seen: "the message ends with its head",
    });
  }
}
