// The class of http-parser-js 0.5.10 as its users see it.
import type { ParseError } from "./parse-errors.ts";
import { HTTPParser as made } from "./parser.ts";

// The names and shapes of its own types, so that what was written with them compiles: of a request the members of a
// response are undefined, and the other way round, though the types do not say so.

export type ParserType = "REQUEST" | "RESPONSE";

/** One of `methods`. */
export type RequestMethod = string;

/** Names as sent and values, in turns. */
export type HeaderObject = string[];

/** A head, as `kOnHeadersComplete` gets it. */
export interface HeaderInfo<Fields = HeaderObject> {
  versionMajor: number;
  versionMinor: number;
  headers: Fields;
  /** Of a request: its index in `methods`; its name once a callback was set by `onHeadersComplete` and the like. */
  method: number;
  /** Of a request. */
  url: string;
  /** Of a response. */
  statusCode: number;
  /** Of a response. */
  statusMessage: string;
  /** A request that proposes to switch protocols, or CONNECT; a 101 that does switch. */
  upgrade: boolean;
  shouldKeepAlive: boolean;
}

/** Truthy, like 1 or true: the message has no body. 2: no body, and what follows is another protocol's. */
// biome-ignore lint/suspicious/noConfusingVoidType: callbacks mostly return nothing
export type HeadersCompleteResult = number | boolean | void;

/** Gets one object; or, once `HTTPParser.kOnExecute` was read (`OneObject` false), its members in this order. */
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

/** Trailers: names and values in turns, and an empty string. */
export type OnHeadersParser = (headers: string[], url: string) => void;

/** A slice of the chunk that was executed, 0, and the length of the slice: a Buffer when the chunk is one. */
// biome-ignore lint/suspicious/noExplicitAny: a Buffer in Node, a Uint8Array elsewhere; callbacks name which
export type OnBodyParser = (chunk: any, offset: number, length: number) => void;

/** What http-parser-js calls the type of a parser. */
export type HTTPParserJS = HTTPParser;

/** A parser of requests or of responses, which follow each other. */
export interface HTTPParser {
  /** Octets of a head, or of a trailer section, that are accepted. At most 262144. Default: `HTTPParser.maxHeaderSize`. */
  maxHeaderSize: number;
  /** Refuse what http-parser-js tolerates. Default: `HTTPParser.strict`, which is false. */
  strict: boolean;

  /**
   * Begins anew, with messages of this type. Further arguments are Node's; only `maxHeaderSize` is used.
   * @throws Error for another type
   */
  initialize(type: ParserType, resource?: unknown, maxHeaderSize?: number, ...rest: unknown[]): void;
  /** The constructor itself. */
  reinitialize: HTTPParserConstructor;
  /**
   * Parses `length` octets from `start` on, calling back. Returns how many were consumed: all, but for those behind a
   * switch of protocols. Or returns an Error, the same at each later call; what callbacks throw is thrown.
   * @throws TypeError when called on something else, or with what is no Uint8Array
   */
  execute(chunk: Uint8Array, start?: number, length?: number): number | ParseError;
  /** The peer has closed. Returns an Error in the middle of a message. */
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

  /** Node 0.10's way to set the callbacks: from then on methods are names. */
  onHeaders: OnHeadersParser;
  onHeadersComplete: OnHeadersCompleteParser;
  onBody: OnBodyParser;
  onMessageComplete: () => void;

  /** `HTTPParser.kOnHeaders`: trailers. */
  1: OnHeadersParser;
  /** `HTTPParser.kOnHeadersComplete`: a head, and what the answer says of its body. */
  2: OnHeadersCompleteParser;
  /** `HTTPParser.kOnBody`: a piece of a body. */
  3: OnBodyParser;
  /** `HTTPParser.kOnMessageComplete`. */
  4: () => void;
  // biome-ignore lint/suspicious/noExplicitAny: by the constants that http-parser-js does not have
  [callback: number]: any;

  // What was never meant to be seen, and is.
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
  /** The same. */
  readonly encounteredError: boolean;
  shouldKeepAlive(): boolean;
  /** Reads one field line, and adds its name and value to `headers`. A folded line continues the last value. */
  parseHeader(line: string, headers: string[]): void;
}

export interface HTTPParserConstructor {
  /** @throws Error for a type that is neither */
  new (type?: ParserType): HTTPParser;
  (this: HTTPParser, type?: ParserType): void;
  readonly prototype: HTTPParser;

  readonly REQUEST: "REQUEST";
  readonly RESPONSE: "RESPONSE";
  readonly kOnHeaders: 1;
  readonly kOnHeadersComplete: 2;
  readonly kOnBody: 3;
  readonly kOnMessageComplete: 4;
  /** The first octet of a message is there. Node's; http-parser-js has none. */
  readonly kOnMessageBegin: 5;
  /** Node's; never called. */
  readonly kOnTimeout: 6;
  /** Reading it asks for heads as nine arguments, in parsers made from then on. Never called. */
  readonly kOnExecute: 99;
  readonly methods: string[];

  /** How octets from 0x80 become chars: "ascii" (the default: the eighth bit is lost), "latin1", "utf8". */
  encoding: string;
  /** For parsers made from then on. Default 81920. */
  maxHeaderSize: number;
  /** For parsers made from then on. Default false. */
  strict: boolean;
}

/** The parser of http-parser-js, in its place. */
export const HTTPParser: HTTPParserConstructor = made;
