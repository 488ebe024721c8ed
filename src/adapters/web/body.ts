// Converts bodies between the sessions' callbacks and WHATWG streams, with backpressure both ways.
import type { HeaderInput } from "../../shared/field-pairs.ts";
import type { HeaderFields } from "../../shared/header-fields.ts";
import type { IncomingBody } from "../session/body.ts";
import { NetworkError } from "../session/errors.ts";
import type { Outgoing } from "../session/server-exchange.ts";
import type { ByteStream } from "./transport.ts";

/** Anything that can be sent as a body. */
export type Body =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | URLSearchParams
  | FormData
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** Trailers to send, a promise of them, or a function that is called for either once the body has been sent. */
export type Trailers = HeaderInput | Promise<HeaderInput> | (() => HeaderInput | Promise<HeaderInput>);

/**
 * Returns the body as a stream. Nothing is read until it is pulled, then one piece at a time; cancelling discards the
 * rest.
 */
export function streamOf(body: IncomingBody): ReadableStream<Uint8Array<ArrayBuffer>> {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let isFirst = true;
  const reader = {
    data: (octets: Uint8Array) => {
      controller.enqueue(octets);
      if ((controller.desiredSize ?? 0) <= 0) body.pause();
    },
    end: () => controller.close(),
    error: (error: unknown) => controller.error(error),
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (given) => {
        controller = given;
        // A body discarded meanwhile cannot be read: `read` throws, which fails the stream.
        if (isFirst) body.read(reader);
        else body.resume();
        isFirst = false;
      },
      cancel: () => body.discard(),
    },
    { highWaterMark: 0 },
  );
  return stream as ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Resolves with the trailers once the body has arrived. Never causes an unhandled rejection: a failure that nobody
 * awaits is silent.
 * @param settled also called at that point, with the error or undefined
 */
export function trailersOf(body: IncomingBody, settled = (_error: unknown): void => {}): Promise<HeaderFields> {
  const promise = new Promise<HeaderFields>((resolve, reject) => {
    body.whenSettled((error, trailers) => {
      settled(error);
      if (trailers === null) reject(error);
      else resolve(trailers);
    });
  });
  promise.catch(() => {});
  return promise;
}

/** Returns both sides of a tunnel as a byte stream. */
export function tunnelOf(incoming: IncomingBody, outgoing: Outgoing): ByteStream {
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => {
      outgoing.onAbort = (error) => controller.error(error);
    },
    write: (octets) => (outgoing.write(octets) ? undefined : drainOf(outgoing)),
    close: () => outgoing.end(),
    abort: (reason) => outgoing.abort(reason),
  });
  return { readable: streamOf(incoming), writable };
}

/** Resolves when there is room again; rejects when there never will be. */
function drainOf(outgoing: Outgoing): Promise<void> {
  return unlessAborted(outgoing, (resolve) => {
    outgoing.onDrain = () => {
      outgoing.onDrain = null;
      resolve();
    };
  });
}

/** Returns the octets of a body that is held whole in memory, else undefined. */
export function octetsOf(body: unknown): Uint8Array | undefined {
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  return undefined;
}

/** A body in the form in which it is sent: octets, pieces, or none. */
export interface ReadyBody {
  readonly body: Uint8Array | Pieces | null;
  /** The Content-Type that goes with it, for the kinds of body that have one. */
  readonly type: string | null;
}

/** A source of pieces that can be cancelled while a piece is awaited. */
export interface Pieces {
  next(): Promise<{ done?: boolean | undefined; value?: Uint8Array | undefined }>;
  cancel(reason: unknown): void;
}

/**
 * Converts any body to the form in which it is sent.
 * @throws TypeError for a locked stream, or for something that is not a body
 */
export function readyBody(body: Body | null | undefined): ReadyBody {
  if (body === null || body === undefined) return { body: null, type: null };
  const octets = octetsOf(body);
  if (octets !== undefined) return { body: octets, type: null };
  if (body instanceof ReadableStream) return { body: piecesOfStream(body), type: null };
  const from = body as AsyncIterable<Uint8Array> & Iterable<Uint8Array>;
  const isFetchs = body instanceof URLSearchParams || body instanceof FormData;
  const iterate = isFetchs ? undefined : (from[Symbol.asyncIterator] ?? from[Symbol.iterator]);
  if (iterate !== undefined) return { body: piecesOfIterator(iterate.call(from)), type: null };
  if (!(isFetchs || body instanceof Blob)) throw new TypeError("this is no body");
  const response = new Response(body);
  return { body: piecesOfStream(response.body as ReadableStream), type: response.headers.get("content-type") };
}

function piecesOfStream(stream: ReadableStream<Uint8Array>): Pieces {
  const reader = stream.getReader();
  return {
    next: () => reader.read(),
    cancel: (reason) => {
      reader.cancel(reason).catch(() => {});
    },
  };
}

function piecesOfIterator(iterator: Iterator<Uint8Array> | AsyncIterator<Uint8Array>): Pieces {
  return {
    next: async () => iterator.next(),
    cancel: () => {
      (async () => iterator.return?.())().catch(() => {});
    },
  };
}

/** Cancels the source of a body that will not be sent. */
export function cancelBody(body: Uint8Array | Pieces | null, reason?: unknown): void {
  if (body !== null && !(body instanceof Uint8Array)) body.cancel(reason);
}

/**
 * Sends a body at the peer's pace, then the trailers. Rejects if the source fails, if a piece must not be sent, or if
 * the exchange is aborted; the source is then cancelled, even if it would never have produced a piece.
 */
export async function sendBody(
  outgoing: Outgoing,
  body: Uint8Array | Pieces | null,
  trailers: Trailers | undefined,
): Promise<void> {
  if (body instanceof Uint8Array) outgoing.write(body);
  else if (body !== null) await sendPieces(outgoing, body);
  if (outgoing.isAborted) return;
  outgoing.end(trailers && (await (typeof trailers === "function" ? trailers() : trailers)));
}

async function sendPieces(outgoing: Outgoing, pieces: Pieces): Promise<void> {
  if (outgoing.isAborted) return pieces.cancel(undefined);
  try {
    while (true) {
      const { done, value } = await unlessAborted<Awaited<ReturnType<Pieces["next"]>>>(outgoing, (resolve, reject) => {
        pieces.next().then(resolve, reject);
      });
      if (done) return;
      const piece = octetsOf(value);
      if (piece === undefined) throw new TypeError("a body carries Uint8Arrays");
      if (!outgoing.write(piece)) await drainOf(outgoing);
    }
  } catch (error) {
    pieces.cancel(error);
    throw error;
  }
}

/**
 * Returns a promise that also rejects if the exchange is aborted. (Promise.race would leak a reaction for every piece.)
 */
function unlessAborted<T>(
  outgoing: Outgoing,
  begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (outgoing.isAborted) return reject(new NetworkError("ABORTED", "the exchange was given up"));
    const { onAbort } = outgoing;
    outgoing.onAbort = (error) => {
      onAbort?.(error);
      reject(error);
    };
    const restore = (): void => {
      if (!outgoing.isAborted) outgoing.onAbort = onAbort;
    };
    begin(
      (value) => {
        restore();
        resolve(value);
      },
      (error) => {
        restore();
        reject(error);
      },
    );
  });
}
