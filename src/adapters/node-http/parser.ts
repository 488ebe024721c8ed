// A parser that Node's http accepts as its own: the methods and slots that _http_server and _http_client use, on top of
// the reader of sansio/http-parser-js, and as tolerant as Node's parser.
import { AsyncResource } from "node:async_hooks";
import type { IncomingMessage } from "node:http";
import { maxHeaderSize as defaultMaxHeaderSize, METHODS } from "node:http";
import { type HeadersInfo, MessageReader } from "../../compat/message-reader.ts";
import { methods } from "../../compat/methods.ts";
import { AS_NODE, AS_NODE_INSECURE, AS_NODE_RELAXED, type Tolerances } from "../../compat/modes.ts";
import { RemoteProtocolError } from "../../shared/errors.ts";
import { type ConnectionsList, listBeside, type NativeList, type Tracked } from "./connections.ts";
import { invalidEof, type NodeParseError, nodeParseError } from "./errors.ts";
import { framingTrailer, isTarget, strangeAt } from "./refused.ts";

const REQUEST = 1;
const NO_LENIENCY = 0;
const RELAXED_VALUES = 1024;

/** The callback slots, numbered by Node's own constants, and how this version of Node differs from others. */
export interface Slots {
  readonly kOnMessageBegin: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
  /** Whether this version of Node refuses requests with more fields than `maxHeadersCount`. */
  readonly refusesFields: boolean;
}

/** Return values of `onHeadersComplete`: no body follows; another protocol follows. */
const SKIPS_BODY = 1;
const SWITCHES = 2;

/** The names and values of 31 fields. */
const MOST_AT_ONCE = 62;

const VERSIONS = [9, 10, 11, 20];

/** For each method number, whether this version of Node knows the method. */
const ACCEPTED = methods.map((name) => METHODS.includes(name));

const LATIN1 = { encoding: "latin1" };

/** Marks our objects, from any copy of this package. */
export const BRAND: unique symbol = Symbol.for("sansio.node-http") as never;

export class NodeParser implements Tracked {
  readonly [BRAND] = true;
  startedAt = 0;
  isSilent = true;
  isHeadComplete = false;
  isExpired = false;
  /** Set by Node; the part that the parser itself reads. */
  incoming: (IncomingMessage & { upgrade?: boolean }) | null = null;
  /** How many names and values of a head Node wants; 0: all. */
  maxHeaderPairs = 0;
  private readonly slots: Slots;
  private reader: MessageReader | null = null;
  private maxHeaderSize = 0;
  private connections: ConnectionsList<NodeParser> | null = null;
  private context: AsyncResource | null = null;
  private error: NodeParseError | null = null;
  private chunk: Uint8Array | undefined;
  private begun = false;
  private inBody = false;
  /** Whether a callback is running. */
  private calling = false;
  /** Changes whenever the parser is initialized or freed, which tells a read in progress to stop. */
  private use = 0;
  // biome-ignore lint/suspicious/noExplicitAny: callbacks, by the slots
  [slot: number]: any;

  constructor(slots: Slots) {
    this.slots = slots;
  }

  initialize(
    type: number,
    _resource: unknown,
    maxHeaderSize = 0,
    lenientFlags: number = NO_LENIENCY,
    connections?: NativeList<NodeParser>,
  ): void {
    const isRequest = type === REQUEST;
    if (this.reader?.isRequest !== isRequest) this.reader = new MessageReader(isRequest, LATIN1);
    else this.reader.restart();
    this.reader.clear();
    this.maxHeaderSize = maxHeaderSize || defaultMaxHeaderSize;
    // In the worst case each octet that Node counts is a field of its own, with four more octets that it does not
    // count.
    this.reader.configure(tolerancesOf(lenientFlags), 5 * this.maxHeaderSize + 1024);
    this.use++;
    this.error = null;
    this.begun = false;
    this.inBody = false;
    this.calling = false;
    this.context?.emitDestroy();
    // The types that Node's own parser has, whatever it is given.
    const resource = isRequest ? "HTTPINCOMINGMESSAGE" : "HTTPCLIENTREQUEST";
    this.context = new AsyncResource(resource, { requireManualDestroy: true });
    this.track(connections);
  }

  /** Starts tracking a connection. Its first message is timed from now, as if it had begun. */
  private track(connections: NativeList<NodeParser> | undefined): void {
    this.connections?.remove(this);
    this.connections = connections ? listBeside(connections) : null;
    this.connections?.add(this);
    this.beginTime();
    this.isSilent = true;
  }

  private beginTime(): void {
    this.startedAt = this.connections === null ? 0 : performance.now();
    this.isHeadComplete = false;
    this.isExpired = false;
  }

  /**
   * Reads a chunk in the async context in which a server was given the connection, or a client made the request: others
   * may push to its stream, and requests share sockets.
   */
  execute(chunk: Uint8Array, start = 0, length = chunk.length - start): number | NodeParseError {
    const part = length === chunk.length ? chunk : chunk.subarray(start, start + length);
    if (this.context === null) return this.read(part);
    return this.context.runInAsyncScope(this.read, this, part);
  }

  private read(chunk: Uint8Array): number | NodeParseError {
    const reader = this.reader as MessageReader;
    if (this.error !== null) return this.error;
    // Anything still there was left by a callback that threw.
    if (reader.position < reader.chunk.length) reader.clear();
    const begin = reader.fed;
    reader.push(chunk);
    this.chunk = chunk;
    this.calling = false;
    try {
      if (this.readMessages(reader, this.use)) return chunk.length;
      const left = reader.length;
      reader.clear();
      return chunk.length - left;
    } catch (error) {
      if (this.calling || !(error instanceof RemoteProtocolError)) throw error;
      reader.clear();
      this.error = nodeParseError(error, begin);
      return this.error;
    } finally {
      this.chunk = undefined;
    }
  }

  /** False: another protocol begins before the end of the chunk. */
  private readMessages(reader: MessageReader, use: number): boolean {
    while (this.use === use) {
      if (!this.inBody) {
        if (reader.length === 0) return true;
        if (!this.begun && !this.beginMessage(reader)) return true;
        const info = this.readHead(reader);
        if (info === null) return true;
        this.checkSize(reader);
        if (!this.completeHead(reader, info, use)) return false;
        continue;
      }
      const data = reader.readPiece();
      if (data === undefined) return true;
      if (data !== null) {
        this.call(this.slots.kOnBody, data);
        if (this.use !== use || !reader.isBodyComplete) continue;
      }
      if (reader.trailers.length > 0) this.passTrailers(reader);
      if (this.use === use && !this.completeMessage(reader)) return false;
    }
    return true;
  }

  private beginMessage(reader: MessageReader): boolean {
    if (!reader.findMessage()) return false;
    this.begun = true;
    this.isSilent = false;
    this.beginTime();
    if (this[this.slots.kOnMessageBegin]) this.call(this.slots.kOnMessageBegin);
    return true;
  }

  /** Reads a head; null if more octets are needed. Whatever else may be wrong with it, its first octets come first. */
  private readHead(reader: MessageReader): HeadersInfo | null {
    let info: HeadersInfo | null = null;
    try {
      info = reader.readMessageHead();
    } finally {
      if (info === null) this.checkBeginning(reader);
    }
    if (info !== null && reader.isRequest && !ACCEPTED[info.method as number]) throw this.methodFault(reader);
    return info;
  }

  private checkBeginning(reader: MessageReader): void {
    const at = strangeAt(reader.isRequest, (distance) => reader.octetAt(distance));
    if (at !== undefined) throw reader.fault(reader.isRequest ? "BAD_METHOD" : "BAD_VERSION", reader.offset + at);
  }

  /**
   * Enforces Node's limit on the octets that Node counts of a head, once it is complete: how much of an incomplete one
   * would count depends on how it was cut.
   */
  private checkSize(reader: MessageReader): void {
    if (reader.countedOctets >= this.maxHeaderSize) throw reader.headFault("HEAD_TOO_LARGE");
  }

  private completeHead(reader: MessageReader, info: HeadersInfo, use: number): boolean {
    const { version } = reader;
    const { headers, method, url, statusCode, statusMessage } = info;
    if (reader.isRequest && !isTarget(reader.methodName, url as string)) throw reader.headFault("BAD_TARGET");
    if (version !== 11 && !VERSIONS.includes(version)) throw reader.headFault("VERSION_NOT_SUPPORTED");
    this.isHeadComplete = true;
    const isLong = this.passLongHead(reader, info, use);
    if (this.use !== use) return true;
    this.calling = true;
    const result: unknown = this[this.slots.kOnHeadersComplete](
      info.versionMajor,
      info.versionMinor,
      isLong ? undefined : headers,
      method,
      isLong ? undefined : url,
      statusCode,
      statusMessage,
      info.upgrade,
      info.shouldKeepAlive,
    );
    this.calling = false;
    if (this.use !== use) return true;
    if (result === SWITCHES) {
      this.completeMessage(reader);
      return false;
    }
    if (result !== SKIPS_BODY && reader.framing !== 0) {
      reader.beginBody();
      this.inBody = true;
      return true;
    }
    return this.completeMessage(reader);
  }

  private methodFault(reader: MessageReader): RemoteProtocolError {
    const at = strangeAt(true, (distance) => `${reader.methodName} `.charCodeAt(distance));
    return reader.headFault("BAD_METHOD", at);
  }

  /**
   * Passes a long head on in several calls, as Node's own parser does. Newer versions of Node refuse requests with more
   * fields than `maxHeadersCount`; of responses, and in older versions, Node truncates the list itself.
   */
  private passLongHead(reader: MessageReader, { headers, url = "" }: HeadersInfo, use: number): boolean {
    const refusesFields = this.slots.refusesFields && reader.isRequest;
    if (refusesFields && this.maxHeaderPairs > 0 && headers.length > this.maxHeaderPairs) {
      throw reader.headFault("TOO_MANY_FIELDS");
    }
    if (headers.length <= MOST_AT_ONCE) return false;
    for (let at = 0; at < headers.length && this.use === use; at += MOST_AT_ONCE) {
      this.call(this.slots.kOnHeaders, headers.slice(at, at + MOST_AT_ONCE), at === 0 ? url : "");
    }
    return true;
  }

  private passTrailers(reader: MessageReader): void {
    const { trailers, offset } = reader;
    const header = framingTrailer(reader.isRequest, trailers);
    if (header !== undefined) {
      const isLength = header === "content-length";
      const code = isLength ? "CONTENT_LENGTH_WITH_TRANSFER_ENCODING" : "BAD_TRANSFER_ENCODING";
      throw reader.fault(code, offset, { header });
    }
    const size = trailers.reduce((sum, text) => sum + text.length, 0);
    if (size >= this.maxHeaderSize) throw reader.fault("TRAILERS_TOO_LARGE", offset);
    this.call(this.slots.kOnHeaders, trailers, "");
  }

  /** False: Node has accepted the upgrade, and what follows belongs to another protocol. */
  private completeMessage(reader: MessageReader): boolean {
    this.startedAt = 0;
    this.begun = false;
    this.inBody = false;
    const { use } = this;
    this.call(this.slots.kOnMessageComplete);
    return !(this.use === use && reader.upgrade && this.incoming?.upgrade);
  }

  private call(slot: number, ...given: unknown[]): unknown {
    this.calling = true;
    const result: unknown = this[slot](...given);
    this.calling = false;
    return result;
  }

  finish(): NodeParseError | undefined {
    const { reader } = this;
    if (reader === null || this.error !== null) return undefined;
    if (this.inBody ? reader.isUntilClose : !this.begun) {
      if (!this.inBody) return undefined;
      if (this.context === null) this.completeMessage(reader);
      else this.context.runInAsyncScope(this.completeMessage, this, reader);
      return undefined;
    }
    this.error = invalidEof();
    return this.error;
  }

  /** Returns the chunk being read, which Node exposes as an error's `rawPacket`. */
  getCurrentBuffer(): Uint8Array | undefined {
    return this.chunk;
  }

  /** Stops tracking the connection. */
  remove(): void {
    this.connections?.remove(this);
    this.connections = null;
  }

  /** Prepares the parser to return to the pool. */
  free(): void {
    this.stop();
  }

  /** Not by `free`, which programs replace to hear of it, and then close the parser. */
  close(): void {
    this.remove();
    this.stop();
    this.reader = null;
  }

  private stop(): void {
    this.use++;
    this.context?.emitDestroy();
    this.context = null;
  }

  // Node's own parser can read from the handle itself; ours gets everything through `execute`.
  consume(): void {}
  unconsume(): void {}
  // Node pauses the socket itself, so there is nothing to do.
  pause(): void {}
  resume(): void {}
}

function tolerancesOf(flags: number): Tolerances {
  if (flags === NO_LENIENCY) return AS_NODE;
  return flags === RELAXED_VALUES ? AS_NODE_RELAXED : AS_NODE_INSECURE;
}
