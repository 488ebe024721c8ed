// The class of http-parser-js: its constants, callbacks and return values, on top of the shared kernel.
import { RemoteProtocolError } from "../shared/errors.ts";
import { checkOctets } from "../shared/octets.ts";
import { valuesOf } from "./framing.ts";
import type { HTTPParserConstructor, ParserType } from "./http-parser.ts";
import { type HeadersInfo, MessageReader } from "./message-reader.ts";
import { methods } from "./methods.ts";
import { STRICT, TOLERANT } from "./modes.ts";
import { notInitialized, type ParseError, parseError, unexpectedEnd, unknownMethod } from "./parse-errors.ts";

/**
 * Numbered from 1, because Node up to 12 assigns to slot `undefined | 0`, that is 0, for constants that a parser lacks.
 * Message begin and timeout come after those of http-parser-js, which has neither.
 */
const ON_HEADERS = 1;
const ON_HEADERS_COMPLETE = 2;
const ON_BODY = 3;
const ON_MESSAGE_COMPLETE = 4;
const ON_MESSAGE_BEGIN = 5;
const ON_TIMEOUT = 6;
const ON_EXECUTE = 99;

const MAX_HEADER_SIZE = 80 * 1024;

/** What `kOnHeadersComplete` returns if another protocol follows. */
const SWITCHES = 2;

/** Stands for no head: between messages, until the next head is complete. */
const NO_INFO: HeadersInfo = Object.freeze({ headers: Object.freeze([]) as unknown as string[], upgrade: false });

const CALLBACKS = {
  Headers: ON_HEADERS,
  HeadersComplete: ON_HEADERS_COMPLETE,
  Body: ON_BODY,
  MessageComplete: ON_MESSAGE_COMPLETE,
};

const CONSTANTS = {
  REQUEST: "REQUEST",
  RESPONSE: "RESPONSE",
  kOnHeaders: ON_HEADERS,
  kOnHeadersComplete: ON_HEADERS_COMPLETE,
  kOnBody: ON_BODY,
  kOnMessageComplete: ON_MESSAGE_COMPLETE,
  kOnMessageBegin: ON_MESSAGE_BEGIN,
  kOnTimeout: ON_TIMEOUT,
};

/** Operations that Node's own parser does on its handle; there is none here. */
const NO_OPERATIONS = ["close", "pause", "resume", "remove", "free", "consume", "unconsume", "getCurrentBuffer"];

/**
 * Whether anyone has read `kOnExecute`. Node's http does, and then expects nine arguments. A parser records this when
 * it is created, so existing parsers go on as before.
 */
let argumentsWanted = false;

/** A parser's methods, and its properties other than those its user sets. */
class Methods {
  declare type: ParserType | undefined;
  declare maxHeaderSize: number;
  declare strict: boolean;
  declare info: HeadersInfo;
  declare isUserCall: boolean;
  /** Whether a callback was set by name. */
  declare _compatMode0_11: boolean;
  declare _argumentsWanted: boolean;
  declare _reader: MessageReader | null;
  declare _error: ParseError | null;
  /** Whether a message has begun; whether its head has been read. */
  declare _begun: boolean;
  declare _inBody: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: callbacks, by the constants
  [callback: number]: any;

  initialize(type: ParserType, _resource?: unknown, maxHeaderSize?: number): void {
    if (type !== "REQUEST" && type !== "RESPONSE") throw new Error("type must be REQUEST or RESPONSE");
    if (typeof maxHeaderSize === "number" && maxHeaderSize > 0) this.maxHeaderSize = maxHeaderSize;
    const before = this._reader;
    before?.restart();
    if (before?.isRequest !== (type === "REQUEST")) {
      this._reader = new MessageReader(type === "REQUEST", HTTPParser);
      this._configure(this._reader);
      // Called from a callback: the rest of the chunk is to be read as the other type.
      if (before !== null && before.fresh() > 0) this._reader.push(before.takeAll());
    }
    this.type = type;
    this._reset();
  }

  _reset(): void {
    this.info = NO_INFO;
    this.isUserCall = false;
    this._error = null;
    this._begun = false;
    this._inBody = false;
  }

  execute(chunk: Uint8Array, start?: number, length?: number): number | ParseError {
    const { _reader: reader } = this;
    if (!reader || this._error !== null || !(chunk instanceof Uint8Array)) return refuse(this, chunk);
    const part = start || length !== undefined ? partOf(chunk, start || 0, length) : chunk;
    this._configure(reader);
    const begin = reader.feed(part);
    this.isUserCall = true;
    try {
      const consumed = this._run(reader) ? part.length : (this._error ?? this._stop(part.length));
      this.isUserCall = false;
      return consumed;
    } catch (error) {
      if (error !== reader.made) throw error;
      this.isUserCall = false;
      return this._fail(parseError(reader.made as RemoteProtocolError, begin));
    }
  }

  finish(): ParseError | undefined {
    const reader = this._reader;
    if (this._error !== null) return undefined;
    if (reader === null) return unexpectedEnd();
    if (!this._inBody) return this._isInHead ? unexpectedEnd() : undefined;
    if (!reader.isUntilClose) return unexpectedEnd();
    this._complete();
    return undefined;
  }

  /** Applies options that the user may have set since the last call. */
  _configure(reader: MessageReader): void {
    reader.configure(this.strict ? STRICT : TOLERANT, this.maxHeaderSize || HTTPParser.maxHeaderSize);
  }

  /**
   * Reads messages until the chunk is used up. False: another protocol begins before its end, or there was an error.
   */
  _run(reader: MessageReader): boolean {
    while (true) {
      if (!this._inBody) {
        if (!this._begun && !this._begin(reader)) return true;
        const info = reader.readMessageHead();
        if (info === null) return true;
        if (!this._completeHead(reader, info)) return false;
        if (this._reader !== reader) return this._run(this._reader as MessageReader);
        if (!this._inBody) continue;
      }
      const data = reader.readPiece();
      if (data === undefined) return true;
      if (data !== null) {
        this[ON_BODY](data, 0, data.length);
        if (!this._inBody || !reader.isBodyComplete) continue;
      }
      if (!this._completeBody(reader)) return false;
    }
  }

  _begin(reader: MessageReader): boolean {
    if (!reader.findMessage()) return false;
    this._begun = true;
    if (this[ON_MESSAGE_BEGIN] !== null) this[ON_MESSAGE_BEGIN]();
    return true;
  }

  /** Calls back with the head and prepares for the body. False: another protocol begins, or the method is unknown. */
  _completeHead(reader: MessageReader, info: HeadersInfo): boolean {
    if (reader.isRequest && !this._checkMethod(reader, info)) return false;
    this.info = info;
    const isPassedApart = argumentsWanted && this._wantsArguments();
    const result = isPassedApart ? this._passArguments(info) : this[ON_HEADERS_COMPLETE](info);
    // The callback called `initialize`.
    if (!this._begun) return true;
    if (!result && reader.framing !== 0) {
      reader.beginBody();
      this._inBody = true;
      return true;
    }
    this._complete();
    return result !== SWITCHES && !reader.upgrade;
  }

  /** A callback with one parameter wants one object, whatever other code asked for. */
  _wantsArguments(): boolean {
    return (this._argumentsWanted && this[ON_HEADERS_COMPLETE].length !== 1) || this[ON_EXECUTE] !== undefined;
  }

  _passArguments(info: HeadersInfo): unknown {
    return this[ON_HEADERS_COMPLETE](
      info.versionMajor,
      info.versionMinor,
      info.headers,
      info.method,
      info.url,
      info.statusCode,
      info.statusMessage,
      info.upgrade,
      info.shouldKeepAlive,
    );
  }

  /** False: the method is not in `methods`, and the error is set. Users who get methods by name get any method. */
  _checkMethod(reader: MessageReader, info: HeadersInfo): boolean {
    const isKnown = (info.method as number) >= 0;
    if (isKnown && !this._compatMode0_11) return true;
    const { methodName } = reader;
    if (!isKnown && !/^[A-Z-]+$/.test(methodName)) throw reader.headFault("BAD_METHOD");
    info.method = methodName;
    if (!this._compatMode0_11) this._fail(unknownMethod(reader.headFault("BAD_METHOD")));
    return this._compatMode0_11;
  }

  _completeBody(reader: MessageReader): boolean {
    const { trailers } = reader;
    if (trailers.length > 0) this[ON_HEADERS](trailers, "");
    this._complete();
    return !reader.upgrade;
  }

  _complete(): void {
    this[ON_MESSAGE_COMPLETE]();
    this.info = NO_INFO;
    this._begun = false;
    this._inBody = false;
  }

  /** Returns how many octets of this chunk were read; the rest belongs to another protocol. */
  _stop(count: number): number {
    const reader = this._reader as MessageReader;
    const left = reader.length;
    reader.clear();
    return count - left;
  }

  _fail(error: ParseError): ParseError {
    this._error = error;
    this._reader?.clear();
    return error;
  }

  // --- internals of http-parser-js that are visible -----------------------------------------------------------------

  get hadError(): boolean {
    return this._error !== null;
  }

  get encounteredError(): boolean {
    return this.hadError;
  }

  get state(): string | undefined {
    const reader = this._reader;
    if (reader === null) return undefined;
    if (this._inBody) return reader.bodyState;
    return this._isInHead ? "HEADER" : `${this.type}_LINE`;
  }

  /**
   * Whether a head is being read: not between messages, nor in a first line. Remains true until its callback returns.
   */
  get _isInHead(): boolean {
    return this.info !== NO_INFO || this._reader?.isInHead === true;
  }

  get trailers(): string[] {
    return this._inBody ? (this._reader?.trailers ?? []) : [];
  }

  get line(): string {
    return "";
  }

  get isChunked(): boolean {
    return this.info !== NO_INFO && this._reader?.isChunked === true;
  }

  get connection(): string {
    return valuesOf(this.info.headers, "connection").join("").toLowerCase();
  }

  get headerSize(): number {
    return this._inBody ? 0 : (this._reader?.partialLength ?? 0);
  }

  get body_bytes(): number | null {
    const reader = this._reader;
    if (reader === null || this.info === NO_INFO) return null;
    const octets = this._inBody ? reader.octetsLeft : reader.framing;
    return octets < 0 ? null : octets;
  }

  shouldKeepAlive(): boolean {
    return this.info.shouldKeepAlive ?? false;
  }

  parseHeader(line: string, headers: string[]): void {
    const reader = this._reader ?? new MessageReader(true, HTTPParser);
    this._configure(reader);
    try {
      reader.readFieldLine(line, headers);
    } catch (error) {
      throw error instanceof RemoteProtocolError ? parseError(error, 0) : error;
    }
  }
}

/** Returns or throws the reason why a call to `execute` cannot proceed. */
function refuse(parser: unknown, chunk: unknown): ParseError {
  if (!(parser instanceof Methods)) throw new TypeError("not a HTTPParser");
  if (!(chunk instanceof Uint8Array)) checkOctets("execute", chunk);
  parser._error ??= notInitialized();
  return parser._error;
}

function partOf(chunk: Uint8Array, start: number, length: unknown): Uint8Array {
  const end = typeof length === "number" ? start + length : chunk.length;
  return start > 0 || end < chunk.length ? chunk.subarray(start, end) : chunk;
}

/**
 * Makes the constructor. It is also called without `new`: as `reinitialize`, and by old-style subclass constructors.
 */
function makeConstructor(): HTTPParserConstructor {
  function construct(this: Methods, type?: ParserType): void {
    if (type !== undefined && type !== "REQUEST" && type !== "RESPONSE") {
      throw new Error("type must be REQUEST or RESPONSE");
    }
    this.maxHeaderSize = made.maxHeaderSize;
    if (this._reader === undefined) {
      this.type = undefined;
      this.strict = made.strict;
      this._reader = null;
      this._reset();
      this._argumentsWanted = argumentsWanted;
      // Present so that a lookup finds it: V8 is slow to find an element missing both here and in prototypes that have
      // some.
      this[ON_MESSAGE_BEGIN] = null;
    }
    if (type !== undefined) this.initialize(type);
  }

  const made = construct as unknown as HTTPParserConstructor;
  const prototype = Methods.prototype as unknown as Record<string | number, unknown>;
  construct.prototype = prototype;
  prototype.constructor = construct;
  prototype.reinitialize = construct;
  prototype._compatMode0_11 = false;
  for (const name of NO_OPERATIONS) prototype[name] = () => undefined;
  prototype.getAsyncId = () => 0;
  for (const [name, index] of Object.entries(CALLBACKS)) defineCallback(prototype, `on${name}`, index);
  Object.assign(made, CONSTANTS, { maxHeaderSize: MAX_HEADER_SIZE, encoding: "ascii", strict: false, methods });
  Object.defineProperty(made, "name", { value: "HTTPParser" });
  Object.defineProperty(made, "kOnExecute", {
    get() {
      argumentsWanted = true;
      return ON_EXECUTE;
    },
  });
  return made;
}

/** Defines a callback by index, doing nothing yet, and by name. Setting one by name also asks for methods by name. */
function defineCallback(prototype: Record<string | number, unknown>, name: string, index: number): void {
  prototype[index] = () => undefined;
  Object.defineProperty(prototype, name, {
    get(this: Methods): unknown {
      return this[index];
    },
    set(this: Methods, callback: unknown) {
      this._compatMode0_11 = true;
      this[index] = callback;
    },
  });
}

export const HTTPParser: HTTPParserConstructor = /*#__PURE__*/ makeConstructor();
