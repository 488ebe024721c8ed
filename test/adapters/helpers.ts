// Byte streams in memory, and a peer that says exactly what a test wants.
import { afterEach, expect } from "vitest";
import type { ByteStream } from "../../src/adapters/web/index.ts";
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

/** The other end of a byte stream, by hand. */
export class RawPeer {
  received = "";
  /** The other end will send no more; `error` when it did not end in order. */
  ended = false;
  error: unknown;
  private readonly stream: ByteStream;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  private news = (): void => {};

  constructor(stream: ByteStream) {
    this.stream = stream;
    this.writer = stream.writable.getWriter();
    this.writer.closed.catch(() => {});
    this.read();
  }

  /** One char per octet. */
  send(text: string): void {
    this.writer.write(octets(text)).catch(() => {});
  }

  end(): void {
    this.writer.close().catch(() => {});
  }

  /** Vanishes. */
  reset(error: unknown = new Error("connection reset")): void {
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

/** Every test of this file fails if a promise was rejected and nobody had it. */
export function forbidUnhandledRejections(): void {
  const unhandled: unknown[] = [];
  process.on("unhandledRejection", (error) => unhandled.push(error));
  afterEach(async () => {
    await pause(5);
    expect(unhandled).toEqual([]);
  });
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
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
