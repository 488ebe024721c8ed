// Decodes HTTP/2 input to frames and events. A connection reads what one end sent; what it sends itself is thrown away.
// It assumes that the other end did whatever it must have done: announced the widest settings, and opened the streams
// that the input speaks of.
import {
  HTTP2_LIMITS,
  Http2Connection,
  type Http2Limits,
  type Http2Options,
  type Http2ReceivedEvent,
  type Http2Role,
  LocalProtocolError,
} from "../index.ts";
import type { Decoder, Emit } from "./decoder.ts";
import { FRAME_HEADER_SIZE, type Frame, FrameCutter, type Piece, PREFACE_SIZE } from "./frames.ts";

const HIGHEST_WINDOW = 2 ** 31 - 1;
const HIGHEST_STREAM_ID = 2 ** 31 - 1;

/** How many streams a client may have open that the server has not mentioned when it sends GOAWAY. */
const MOST_AHEAD = 100;

const LIMITS = Object.fromEntries(HTTP2_LIMITS.map(({ name, ceiling }) => [name, ceiling])) as unknown as Http2Limits;

/**
 * What the unseen end may have announced. Applied when the other end acknowledges settings, as it did the real ones.
 */
const OPTIONS: Http2Options = {
  limits: LIMITS,
  windows: { stream: HIGHEST_WINDOW, connection: HIGHEST_WINDOW },
  settings: { headerTableSize: 2 ** 24, maxConcurrentStreams: 2 ** 31, maxFrameSize: 2 ** 24 - 1 },
};

export class Http2Decoder implements Decoder {
  readonly protocol = "http2";
  readonly base = 0;
  readonly switchedAt = undefined;
  position = 0;
  isFaulty = false;
  /** The highest peer-initiated stream that had an event. */
  highest = 0;
  /** Called for every event. */
  onEvent: (event: Http2ReceivedEvent) => void = () => undefined;
  readonly #emit: Emit;
  readonly #role: Http2Role;
  readonly #cutter: FrameCutter;
  readonly #connection: Http2Connection;
  /** Methods of requests, by stream. */
  readonly #methods = new Map<number, string>();
  #nextId: number;
  /** Streams opened here that the input has not mentioned, only a later stream or a GOAWAY. */
  readonly #unseen = new Set<number>();

  constructor(role: Http2Role, methods: readonly string[], emit: Emit) {
    const settings = role === "server" ? { enableConnectProtocol: true } : { enablePush: true };
    this.#connection = new Http2Connection(role, { ...OPTIONS, settings: { ...OPTIONS.settings, ...settings } });
    this.#connection.chunksToSend();
    this.#cutter = new FrameCutter(role === "server" ? PREFACE_SIZE : 0);
    this.#role = role;
    this.#nextId = role === "server" ? 2 : 1;
    for (const [index, method] of methods.entries()) this.learn(2 * index + 1, method);
    this.#emit = emit;
  }

  feed(octets: Uint8Array): void {
    for (const piece of this.cut(octets)) this.take(piece);
  }

  cut(octets: Uint8Array): Iterable<Piece> {
    return this.#cutter.cut(octets);
  }

  take({ frame, octets, offset }: Piece): void {
    if (frame !== null) {
      this.#emit(frame, offset);
      this.#prepare(frame, octets);
    }
    this.#feed(octets);
    if (frame === null) this.#emit({ type: "preface" }, offset);
    this.#pull();
  }

  end(): void {
    // Requests learned from the other direction, perhaps without a response.
    for (const streamId of this.#methods.keys()) {
      this.#openUpTo(streamId);
      this.#unseen.delete(streamId);
    }
    this.#feed(this.#cutter.rest());
    this.#connection.feedEof();
    this.#pull();
  }

  /** Learns the request on this stream from the other direction. */
  learn(streamId: number, method: string): void {
    this.#methods.set(streamId, method);
  }

  /** Learns from the other direction that the stream was reset. */
  reset(streamId: number): void {
    this.#openUpTo(streamId);
    try {
      this.#connection.reset(streamId);
    } catch (error) {
      // The reset stream is one that cannot be known here.
      if (!(error instanceof LocalProtocolError)) throw error;
    }
  }

  #feed(octets: Uint8Array): void {
    this.position += octets.length;
    this.#connection.feed(octets);
  }

  #pull(): void {
    for (const event of this.#connection.events()) this.#see(event);
    this.#connection.chunksToSend();
  }

  #see(event: Http2ReceivedEvent): void {
    if ("streamId" in event) {
      if (event.type === "stream-reset" && this.#unseen.has(event.streamId)) return;
      if (!this.#isOurs(event.streamId)) this.highest = Math.max(this.highest, event.streamId);
    }
    this.isFaulty ||= event.type === "stream-reset" && !event.remote;
    this.#emit(this.#asTheyWere(event), event.offset);
    this.onEvent(event);
  }

  /** Returns the event without anything that this decoder made up. */
  #asTheyWere(event: Http2ReceivedEvent): Http2ReceivedEvent {
    if (event.type === "settings-acknowledged") return { ...event, settings: {} };
    return event.type === "goaway" ? { ...event, unprocessed: event.unprocessed.filter(this.#isSeen) } : event;
  }

  readonly #isSeen = (streamId: number): boolean => !this.#unseen.has(streamId);

  #isOurs(streamId: number): boolean {
    return streamId % 2 === (this.#role === "client" ? 1 : 0);
  }

  /**
   * Opens the streams that a frame implies: for a frame on a stream of this end, that stream and all before it; before
   * a GOAWAY, all that it may refer to.
   */
  #prepare({ frame, streamId }: Frame, octets: Uint8Array): void {
    if (frame === "GOAWAY" && this.#role === "client") {
      const last = Math.min(lastStreamOf(octets), this.#nextId + 2 * MOST_AHEAD);
      while (this.#nextId <= last && this.#open(false));
    } else if (streamId > 0 && this.#isOurs(streamId)) {
      this.#openUpTo(streamId);
      this.#unseen.delete(streamId);
    }
  }

  #openUpTo(streamId: number): void {
    while (this.#isOurs(streamId) && this.#nextId <= streamId && this.#open(true));
  }

  /**
   * Opens the next stream. False if that is impossible: the connection then reports what is wrong with frames on it. If
   * the peer allows no more streams but this one must have been opened (`isSure`), the oldest unmentioned one must have
   * been reset.
   */
  #open(isSure: boolean): boolean {
    try {
      this.#unseen.add(this.#request());
    } catch (error) {
      if (!(error instanceof LocalProtocolError)) throw error;
      const [oldest] = this.#unseen;
      if (!isSure || error.code !== "TOO_MANY_STREAMS" || oldest === undefined) return false;
      this.#connection.reset(oldest);
      this.#unseen.delete(oldest);
      return this.#open(isSure);
    }
    this.#nextId += 2;
    return true;
  }

  #request(): number {
    const method = this.#methods.get(this.#nextId) ?? "GET";
    const target = method === "CONNECT" ? "example.com:443" : "/";
    const request = { method, target, authority: "example.com" };
    const connection = this.#connection;
    if (this.#role === "server") return connection.push(this.highest, request);
    return connection.openStream(request, { endStream: true });
  }
}

/** Joins both directions of a connection in an order in which they can have been sent. */
export class Join {
  readonly client: Http2Decoder;
  readonly server: Http2Decoder;
  /** How many SETTINGS and PING the client has sent, and how many of them the server has acknowledged. */
  readonly #asked = { SETTINGS: 0, PING: 0 };
  readonly #answered = { SETTINGS: 0, PING: 0 };

  constructor(emitClient: Emit, emitServer: Emit) {
    const { server, client } = this.#decoders(emitClient, emitServer);
    this.client = client;
    this.server = server;
  }

  #decoders(emitClient: Emit, emitServer: Emit) {
    const client = new Http2Decoder("server", [], emitClient);
    const server = new Http2Decoder("client", [], emitServer);
    client.onEvent = (event) => {
      if (event.type === "request") server.learn(event.streamId, event.method);
      else if (event.type === "settings") this.#asked.SETTINGS++;
      else if (event.type === "ping") this.#asked.PING++;
      else if (event.type === "stream-reset" && event.remote) server.reset(event.streamId);
    };
    server.onEvent = (event) => {
      if (event.type === "stream-reset" && event.remote) client.reset(event.streamId);
    };
    return { client, server };
  }

  takeServers(piece: Piece): void {
    const { frame } = piece;
    const name = frame?.frame;
    if (frame?.flags.includes("ACK") && (name === "SETTINGS" || name === "PING")) this.#answered[name]++;
    this.server.take(piece);
  }

  /** Whether the server can have sent this, given what the client has sent so far. */
  isCaused({ frame, octets }: Piece): boolean {
    if (frame === null || this.#asked.SETTINGS === 0) return false;
    const { frame: name, flags, streamId } = frame;
    const { highest } = this.client;
    if ((name === "SETTINGS" || name === "PING") && flags.includes("ACK")) {
      return this.#answered[name] < this.#asked[name];
    }
    const last = name === "GOAWAY" ? lastStreamOf(octets) : HIGHEST_STREAM_ID;
    return (last === HIGHEST_STREAM_ID || last <= highest) && (streamId % 2 === 0 || streamId <= highest);
  }
}

/** Returns the last stream id of a GOAWAY frame; the highest possible id if the frame is too short to have one. */
function lastStreamOf(octets: Uint8Array): number {
  if (octets.length < FRAME_HEADER_SIZE + 8) return HIGHEST_STREAM_ID;
  return new DataView(octets.buffer, octets.byteOffset).getUint32(FRAME_HEADER_SIZE) & HIGHEST_STREAM_ID;
}
