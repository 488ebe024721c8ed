// Byte streams in memory, and a peer that says exactly what a test wants.
import { afterEach, expect } from "vitest";
import type { ByteStream } from "../../src/adapters/web/index.ts";
import { Http2Connection, type Http2ReceivedEvent } from "../../src/http2/index.ts";
import { latin1, octets } from "../helpers.ts";

/** Two byte streams joined: what one writes the other reads, at its pace. */
export function streamPair(): [ByteStream, ByteStream] {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

/** A byte stream that may have a way of its own to vanish, as sockets do. */
export interface PeerStream extends ByteStream {
  vanish?(): void;
}

/** The other end of a byte stream, by hand. */
export class RawPeer {
  received = "";
  /** The other end will send no more; `error` when it did not end in order. */
  ended = false;
  error: unknown;
  private readonly stream: PeerStream;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  private hasEnded = false;
  private news = (): void => {};

  constructor(stream: PeerStream) {
    this.stream = stream;
    this.writer = stream.writable.getWriter();
    this.writer.closed.catch(() => {});
    this.read();
  }

  /** One char per octet. After the end nothing more is sent: a peer by hand still has its acknowledgements to say. */
  send(text: string): void {
    if (!this.hasEnded) this.writer.write(octets(text)).catch(() => {});
  }

  end(): void {
    this.hasEnded = true;
    this.writer.close().catch(() => {});
  }

  /** Vanishes. */
  reset(error: unknown = new Error("connection reset")): void {
    if (this.stream.vanish) return this.stream.vanish();
    this.writer.abort(error).catch(() => {});
  }

  /** Waits until what has come holds this, or the end. */
  async until(done: (peer: RawPeer) => boolean, milliseconds = 20_000): Promise<void> {
    let inVain = false;
    const limit = setTimeout(() => {
      inVain = true;
      this.news();
    }, milliseconds);
    while (!done(this)) {
      if (inVain) throw new Error(`waited in vain; received: ${this.received}`);
      await new Promise<void>((resolve) => {
        this.news = resolve;
      });
    }
    clearTimeout(limit);
  }

  receives(text: string): Promise<void> {
    return this.until(({ received }) => received.includes(text));
  }

  ends(): Promise<void> {
    return this.until(({ ended }) => ended);
  }

  private async read(): Promise<void> {
    try {
      for await (const piece of this.stream.readable as unknown as AsyncIterable<Uint8Array>) {
        this.received += latin1(piece);
        this.news();
      }
    } catch (error) {
      this.error = error;
    }
    this.ended = true;
    this.news();
  }
}

/** A frame of HTTP/2, one char per octet. */
export function frame(type: number, flags: number, streamId: number, payload: string): string {
  const length = String.fromCharCode((payload.length >> 16) & 255, (payload.length >> 8) & 255, payload.length & 255);
  return `${length}${String.fromCharCode(type, flags, 0, 0, 0, streamId)}${payload}`;
}

/** A peer of HTTP/2 by hand: a connection of the core, and the events it has had. */
export class Http2Peer {
  readonly events: Http2ReceivedEvent[] = [];
  readonly http: Http2Connection;
  readonly raw: RawPeer;
  private fed = 0;

  constructor(role: "client" | "server", stream: ConstructorParameters<typeof RawPeer>[0]) {
    this.http = new Http2Connection(role);
    this.raw = new RawPeer(stream);
  }

  flush(): void {
    this.raw.send(Buffer.from(this.http.bytesToSend()).toString("latin1"));
  }

  send(text: string): void {
    this.flush();
    this.raw.send(text);
  }

  reset(): void {
    this.raw.reset();
  }

  /** Waits for an event of this type, of this stream if one is given. */
  async until(type: string, streamId?: number): Promise<Http2ReceivedEvent> {
    const isIt = (event: Http2ReceivedEvent) =>
      event.type === type && (streamId === undefined || ("streamId" in event && event.streamId === streamId));
    await this.raw.until(() => {
      this.take();
      return this.events.some(isIt);
    });
    return this.events.find(isIt) as Http2ReceivedEvent;
  }

  /** Takes what has come, and answers it as far as the protocol does. */
  take(): void {
    this.http.feed(octets(this.raw.received.slice(this.fed)));
    this.fed = this.raw.received.length;
    for (const event of this.http.events()) {
      this.events.push(event);
      if (event.type === "connection-closed") break;
    }
    this.flush();
  }
}

/** Every test of this file fails if a promise was rejected and nobody had it. */
export function forbidUnhandledRejections(): void {
  const unhandled: unknown[] = [];
  process.on("unhandledRejection", (error) => unhandled.push(error));
  afterEach(async () => {
    await pause(5);
    expect(unhandled).toEqual([]);
  });
}

/** Turns of the event loop in which what has come over sockets is read, and answered, and read again. */
const TURNS = 10;

/** Time, and turns: a process that was kept waiting finds its timers due before it looks at its sockets. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What a promise came to, for those that may do either. */
export function outcome<T>(promise: Promise<T>): Promise<{ value?: T; error?: unknown }> {
  return promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
}

/** All that a stream gives, one char per octet. */
export async function textOf(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  let text = "";
  for await (const piece of (stream ?? []) as unknown as AsyncIterable<Uint8Array>) text += latin1(piece);
  return text;
}
