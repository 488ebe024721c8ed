// What makes the class of http-parser-js: its constants, callbacks and return values, over the one kernel.
import { RemoteProtocolError } from "../shared/errors.ts";
import { checkOctets } from "../shared/octets.ts";
import type { HeadersInfo, HTTPParserConstructor, ParserType } from "./http-parser.ts";
import { MessageReader } from "./message-reader.ts";
import { methodNumber, methods } from "./methods.ts";
import { STRICT, TOLERANT } from "./modes.ts";
import { type ParseError, parseError, unexpectedEnd, unknownMethod } from "./parse-errors.ts";

/**
 * Not from 0: Node up to 12 assigns `undefined | 0`, that is 0, for what a parser lacks. Message begin and timeout come
 * behind those of http-parser-js, which has neither.
 */
const ON_HEADERS = 1;
const ON_HEADERS_COMPLETE = 2;
const ON_BODY = 3;
const ON_MESSAGE_COMPLETE = 4;
const ON_MESSAGE_BEGIN = 5;
const ON_TIMEOUT = 6;
const ON_EXECUTE = 99;

const MAX_HEADER_SIZE = 80 * 1024;

/** What `kOnHeadersComplete` returns for: what follows is another protocol's. */
const SWITCHES = 2;

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

/** What Node's own parser does with its handle: here there is none. */
const NO_OPERATIONS = ["close", "pause", "resume", "remove", "free", "consume", "unconsume", "getCurrentBuffer"];

/**
 * Has someone read `kOnExecute`, as Node's http does, which then expects nine arguments? A parser takes note when it is
 * made: those that are there already go on as they did.
 */
let argumentsWanted = false;

/** The methods, and what is in a parser besides what its user puts there. */
class Methods {
  declare type: ParserType | undefined;
  declare maxHeaderSize: number;
  declare strict: boolean;
  declare info: HeadersInfo;
  declare isUserCall: boolean;
  /** Was a callback set by its name? */
  declare _compatMode0_11: boolean;
  declare _argumentsWanted: boolean;
  declare _reader: MessageReader | null;
  declare _error: ParseError | null;
  /** Is a message begun? Is its head read? */
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
      // In a callback: what is left of the chunk is to be read as the other type.
      if (before !== null && before.fresh() > 0) this._reader.push(before.takeAll());
    }
    this.type = type;
    this._reset();
  }

  _reset(): void {
    this.info = { headers: [], upgrade: false };
    this.isUserCall = false;
    this._error = null;
    this._begun = false;
    this._inBody = false;
  }

  execute(chunk: Uint8Array, start?: number, length?: number): number | ParseError {
    if (!(this instanceof Methods)) throw new TypeError("not a HTTPParser");
    if (!(chunk instanceof Uint8Array)) checkOctets("execute", chunk);
    if (this._error !== null) return this._error;
    if (this._reader === null) throw new TypeError("the parser was not initialized");
    const { _reader: reader } = this;
    const from = start || 0;
    const count = typeof length === "number" ? Math.min(length, chunk.length - from) : chunk.length - from;
    this._configure(this._reader);
    // A callback has thrown, or calls this: the rest of that chunk is given up, as it always was.
    if (reader.position < reader.chunk.length) reader.clear();
    const begin = reader.fed;
    reader.push(count === chunk.length ? chunk : chunk.subarray(from, from + count));
    this.isUserCall = false;
    try {
      return this._run() ? count : (this._error ?? this._stop(count));
    } catch (error) {
      if (this.isUserCall || !(error instanceof RemoteProtocolError)) throw error;
      return this._fail(parseError(error, begin));
    }
  }

  finish(): ParseError | undefined {
    const reader = this._reader;
    if (reader === null || this._error !== null) return undefined;
    if (!this._inBody) return reader.isInHead ? unexpectedEnd() : undefined;
    if (!reader.isUntilClose) return unexpectedEnd();
    this._complete();
    return undefined;
  }

  /** Takes over what a user may have set since the last call. */
  _configure(reader: MessageReader): void {
    reader.configure(this.strict ? STRICT : TOLERANT, this.maxHeaderSize || HTTPParser.maxHeaderSize);
  }

  /** Reads messages until the chunk is used up. False: another protocol begins before its end, or an error. */
  _run(): boolean {
    while (true) {
      const reader = this._reader as MessageReader;
      if (!this._inBody) {
        if (reader.length === 0) return true;
        if (!this._begun && !this._begin(reader)) return true;
        if (!reader.readMessageHead()) return true;
        if (!this._completeHead(reader)) return false;
        continue;
      }
      const data = reader.readPiece();
      if (data === undefined) return true;
      if (data !== null) {
        this.isUserCall = true;
        this[ON_BODY](data, 0, data.length);
        this.isUserCall = false;
        if (!this._inBody || !reader.isBodyComplete) continue;
      }
      if (!this._completeBody(reader)) return false;
    }
  }

  _begin(reader: MessageReader): boolean {
    if (!reader.findMessage()) return false;
    this._begun = true;
    if (this[ON_MESSAGE_BEGIN] === null) return true;
    this.isUserCall = true;
    this[ON_MESSAGE_BEGIN]();
    this.isUserCall = false;
    return true;
  }

  /** Calls back, and gets ready for the body. False: another protocol begins, or the method is unknown. */
  _completeHead(reader: MessageReader): boolean {
    const info = reader.isRequest ? this._requestInfo(reader) : responseInfo(reader);
    if (info === null) return false;
    this.info = info;
    this.isUserCall = true;
    const result = this._passesArguments() ? this._passArguments(info) : this[ON_HEADERS_COMPLETE](info);
    this.isUserCall = false;
    // It was initialized in the callback.
    if (!this._begun) return true;
    if (!result && reader.framing !== 0) {
      reader.beginBody();
      this._inBody = true;
      return true;
    }
    this._complete();
    return result !== SWITCHES && !reader.upgrade;
  }

  /** A callback of one parameter wants one object, whatever others asked for. */
  _passesArguments(): boolean {
    if (!argumentsWanted) return false;
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

  /** Null when the method is none of `methods`: then the error is set. But who wants names gets any. */
  _requestInfo(reader: MessageReader): HeadersInfo | null {
    const { version } = reader;
    const number = methodNumber(reader);
    if (number < 0) {
      if (!/^[A-Z-]+$/.test(reader.methodName)) throw reader.headFault("BAD_METHOD");
      if (!this._compatMode0_11) {
        this._fail(unknownMethod(reader.headFault("BAD_METHOD")));
        return null;
      }
    }
    return {
      versionMajor: version === 11 ? 1 : Math.trunc(version / 10),
      versionMinor: version === 11 ? 1 : version % 10,
      headers: reader.headers,
      method: this._compatMode0_11 ? reader.methodName : number,
      url: reader.url,
      upgrade: reader.upgrade,
      shouldKeepAlive: reader.shouldKeepAlive,
    };
  }

  _completeBody(reader: MessageReader): boolean {
    const { trailers } = reader;
    if (trailers.length > 0) {
      this.isUserCall = true;
      this[ON_HEADERS](trailers, "");
      this.isUserCall = false;
    }
    this._complete();
    return !reader.upgrade;
  }

  _complete(): void {
    this.isUserCall = true;
    this[ON_MESSAGE_COMPLETE]();
    this.isUserCall = false;
    this._begun = false;
    this._inBody = false;
  }

  /** Octets of this chunk that were read; the rest is not ours. */
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

  // --- what was never meant to be seen, and is ----------------------------------------------------------------------

  get hadError(): boolean {
    return this._error !== null;
  }

  get state(): string | undefined {
    const reader = this._reader;
    if (reader === null) return undefined;
    if (this._inBody) return reader.bodyState;
    return reader.isInHead ? "HEADER" : `${this.type}_LINE`;
  }

  get trailers(): string[] {
    return this._reader?.trailers ?? [];
  }

  get line(): string {
    return "";
  }

  get isChunked(): boolean {
    return this._inBody && this._reader?.isChunked === true;
  }

  get connection(): string {
    return (this._reader?.valuesOf("connection") ?? []).join("").toLowerCase();
  }

  get headerSize(): number {
    return this._inBody ? 0 : (this._reader?.partialLength ?? 0);
  }

  get body_bytes(): number | null {
    return this._inBody ? (this._reader?.octetsLeft ?? null) : null;
  }

  shouldKeepAlive(): boolean {
    return this._reader?.shouldKeepAlive ?? false;
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

function responseInfo(reader: MessageReader): HeadersInfo {
  const { version } = reader;
  return {
    versionMajor: version === 11 ? 1 : Math.trunc(version / 10),
    versionMinor: version === 11 ? 1 : version % 10,
    headers: reader.headers,
    statusCode: reader.statusCode,
    statusMessage: reader.statusMessage,
    upgrade: reader.upgrade,
    shouldKeepAlive: reader.shouldKeepAlive,
  };
}

/** The constructor is called without `new` too: as `reinitialize`, and by constructors of subclasses in the old style. */
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
      // There, so that it is found: V8 takes long to find an element missing here and in the prototypes, which have some.
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

/** A callback by its index, which does nothing yet, and by its name, which whoever sets it wants methods by name too. */
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
