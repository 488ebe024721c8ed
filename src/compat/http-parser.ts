// The public types of http-parser-js 0.5.10's class.
import type { ParseError } from "./parse-errors.ts";
import { HTTPParser as made } from "./parser.ts";

// The names and shapes match its own types, so that code written against them compiles. In a request the members of a
// response are undefined, and vice versa, although the types do not say so.

export type ParserType = "REQUEST" | "RESPONSE";

/** One of the names in `methods`. */
export type RequestMethod = string;

/** Alternating field names, as sent, and values. */
export type HeaderObject = string[];

/** A head, as passed to `kOnHeadersComplete`. */
export interface HeaderInfo<Fields = HeaderObject> {
  versionMajor: number;
  versionMinor: number;
  headers: Fields;
  /**
   * Requests only: the index in `methods`; or the name, once any callback was set by name (`onHeadersComplete` etc.).
   */
  method: number;
  /** Requests only. */
  url: string;
  /** Responses only. */
  statusCode: number;
  /** Responses only. */
  statusMessage: string;
  /** True for a request that proposes to switch protocols, for CONNECT, and for a 101 that does switch. */
  upgrade: boolean;
  shouldKeepAlive: boolean;
}

/** A truthy value, such as 1 or true: the message has no body. 2: no body, and another protocol follows. */
// biome-ignore lint/suspicious/noConfusingVoidType: callbacks mostly return nothing
export type HeadersCompleteResult = number | boolean | void;

/**
 * Receives a head as one object, or, in parsers made after `HTTPParser.kOnExecute` was read (`OneObject` false), as
 * separate arguments in this order.
 */
export type OnHeadersCompleteParser<Fields = HeaderObject, OneObject extends boolean = true> = OneObject extends true
  ? (info: HeaderInfo<Fields>) => HeadersCompleteResult
  : (
      versionMajor: number,
      versionMinor: number,
      headers: Fields,
      method: number,
      url: string,
      statusCode: number,
      statusMessage: string,
      upgrade: boolean,
      shouldKeepAlive: boolean,
    ) => HeadersCompleteResult;

/** Receives trailers: alternating names and values, and an empty string. */
export type OnHeadersParser = (headers: string[], url: string) => void;

/** Receives a slice of the executed chunk (a Buffer if the chunk is one), 0, and the length of the slice. */
// biome-ignore lint/suspicious/noExplicitAny: a Buffer in Node, a Uint8Array elsewhere; callbacks name which
export type OnBodyParser = (chunk: any, offset: number, length: number) => void;

/** http-parser-js's name for the type of a parser. */
export type HTTPParserJS = HTTPParser;

/** A parser for a sequence of requests or of responses. */
export interface HTTPParser {
  /** The most octets accepted in a head or a trailer section; at most 262144. Default: `HTTPParser.maxHeaderSize`. */
  maxHeaderSize: number;
  /**
   * Whether to refuse the malformed input that http-parser-js tolerates. Default: `HTTPParser.strict`, which is false.
   */
  strict: boolean;

  /**
   * Resets the parser, to read messages of this type. The other arguments are those that Node passes; only
   * `maxHeaderSize` is used.
   * @throws Error for any other type
   */
  initialize(type: ParserType, resource?: unknown, maxHeaderSize?: number, ...rest: unknown[]): void;
  /** The constructor itself. */
  reinitialize: HTTPParserConstructor;
  /**
   * Parses `length` octets from `start`, invoking the callbacks. Returns how many octets were consumed: all of them,
   * except those after a protocol switch. If the input is malformed, returns an Error instead, and the same Error on
   * every later call. Errors thrown by callbacks propagate.
   * @throws TypeError if called on something that is not a parser, or with something that is not a Uint8Array
   */
  execute(chunk: Uint8Array, start?: number, length?: number): number | ParseError;
  /** Signals that the peer has closed. Returns an Error if that was in the middle of a message. */
  finish(): ParseError | undefined;

  close(): void;
  pause(): void;
  resume(): void;
  remove(): void;
  free(): void;
  consume(): void;
  unconsume(): void;
  getCurrentBuffer(): undefined;
  /** Always 0. */
  getAsyncId(): 0;

  /** Node 0.10's way of setting callbacks. Setting one makes `method` a name instead of an index. */
  onHeaders: OnHeadersParser;
  onHeadersComplete: OnHeadersCompleteParser;
  onBody: OnBodyParser;
  onMessageComplete: () => void;

  /** `HTTPParser.kOnHeaders`: trailers. */
  1: OnHeadersParser;
  /** `HTTPParser.kOnHeadersComplete`: a head. The return value may say that no body follows. */
  2: OnHeadersCompleteParser;
  /** `HTTPParser.kOnBody`: a piece of a body. */
  3: OnBodyParser;
  /** `HTTPParser.kOnMessageComplete`: a message is complete. */
  4: () => void;
  // biome-ignore lint/suspicious/noExplicitAny: by the constants that http-parser-js does not have
  [callback: number]: any;

  // Internals of http-parser-js that are visible although they were never meant to be.
  readonly type: ParserType | undefined;
  readonly state: string | undefined;
  readonly info: Partial<HeaderInfo>;
  readonly trailers: string[];
  readonly line: string;
  readonly isChunked: boolean;
  readonly connection: string;
  readonly headerSize: number;
  readonly body_bytes: number | null;
  readonly isUserCall: boolean;
  readonly hadError: boolean;
  /** Same as `hadError`. */
  readonly encounteredError: boolean;
  shouldKeepAlive(): boolean;
  /** Parses one field line and appends its name and value to `headers`. A folded line continues the last value. */
  parseHeader(line: string, headers: string[]): void;
}

export interface HTTPParserConstructor {
  /** @throws Error for a type that is neither "REQUEST" nor "RESPONSE" */
  new (type?: ParserType): HTTPParser;
  (this: HTTPParser, type?: ParserType): void;
  readonly prototype: HTTPParser;

  readonly REQUEST: "REQUEST";
  readonly RESPONSE: "RESPONSE";
  readonly kOnHeaders: 1;
  readonly kOnHeadersComplete: 2;
  readonly kOnBody: 3;
  readonly kOnMessageComplete: 4;
  /** Called when the first octet of a message arrives. From Node; http-parser-js does not have it. */
  readonly kOnMessageBegin: 5;
  /** From Node; never called. */
  readonly kOnTimeout: 6;
  /** Merely reading this makes parsers created from then on pass heads as nine arguments. Never called. */
  readonly kOnExecute: 99;
  readonly methods: string[];

  /** How octets from 0x80 up become characters: "ascii" (the default; the eighth bit is lost), "latin1" or "utf8". */
  encoding: string;
  /** In octets, for parsers created from then on. Default 81920. */
  maxHeaderSize: number;
  /** For parsers created from then on. Default false. */
  strict: boolean;
}

/** A drop-in replacement for http-parser-js's parser. */
export const HTTPParser: HTTPParserConstructor = made;
