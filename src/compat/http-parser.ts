// The class of http-parser-js 0.5.10 as its users see it.
import type { ParseError } from "./parse-errors.ts";
import { HTTPParser as made } from "./parser.ts";

export type ParserType = "REQUEST" | "RESPONSE";

/** A head, as `kOnHeadersComplete` gets it. */
export interface HeadersInfo {
  versionMajor?: number;
  versionMinor?: number;
  /** Names as sent and values, in turns. */
  headers: string[];
  /** Of a request: its index in `methods`, or its name once a callback was set by `onHeadersComplete` and the like. */
  method?: number | string;
  /** Of a request. */
  url?: string;
  /** Of a response. */
  statusCode?: number;
  /** Of a response. */
  statusMessage?: string;
  /** A request that proposes to switch protocols, or CONNECT; a 101 that does switch. */
  upgrade: boolean;
  shouldKeepAlive?: boolean;
}

/** Truthy, like 1 or true: the message has no body. 2: no body, and what follows is another protocol's. */
// biome-ignore lint/suspicious/noConfusingVoidType: callbacks mostly return nothing
export type HeadersCompleteResult = number | boolean | void;

/**
 * One object; or, once `HTTPParser.kOnExecute` was read, `(versionMajor, versionMinor, headers, method, url, statusCode,
 * statusMessage, upgrade, shouldKeepAlive)`.
 */
export type OnHeadersComplete =
  | ((this: HTTPParser, info: HeadersInfo) => HeadersCompleteResult)
  | ((
      this: HTTPParser,
      versionMajor: number,
      versionMinor: number,
      headers: string[],
      method: number | string | undefined,
      url: string | undefined,
      statusCode: number | undefined,
      statusMessage: string | undefined,
      upgrade: boolean,
      shouldKeepAlive: boolean,
    ) => HeadersCompleteResult);

/** Trailers: names and values in turns, and an empty string. */
export type OnHeaders = (this: HTTPParser, headers: string[], url: string) => void;

/** A slice of the chunk that was executed, 0, and the length of the slice: a Buffer when the chunk is one. */
// biome-ignore lint/suspicious/noExplicitAny: a Buffer in Node, a Uint8Array elsewhere; callbacks name which
export type OnBody = (this: HTTPParser, chunk: any, offset: number, length: number) => void;

export type OnMessage = (this: HTTPParser) => void;

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
   * @throws TypeError when called on something else, or with no octets
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
  getAsyncId(): number;

  /** Node 0.10's way to set the callbacks: from then on methods are names. */
  onHeaders: OnHeaders;
  onHeadersComplete: OnHeadersComplete;
  onBody: OnBody;
  onMessageComplete: OnMessage;

  // What was never meant to be seen, and is.
  readonly type: ParserType | undefined;
  readonly state: string | undefined;
  readonly info: HeadersInfo;
  readonly trailers: string[];
  readonly line: string;
  readonly isChunked: boolean;
  readonly connection: string;
  readonly headerSize: number;
  readonly body_bytes: number | null;
  readonly isUserCall: boolean;
  readonly hadError: boolean;
  shouldKeepAlive(): boolean;
  /** Reads one field line, and adds its name and value to `headers`. A folded line continues the last value. */
  parseHeader(line: string, headers: string[]): void;

  // biome-ignore lint/suspicious/noExplicitAny: callbacks, by the constants
  [callback: number]: any;
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
