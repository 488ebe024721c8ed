// Reads consecutive messages, requests or responses, in the form a callback parser needs: heads and trailers with their
// fields in one flat list, bodies as slices of the same class as the caller's chunks. Extends the connection's receiver
// with tolerances.
import {
  CLOSE,
  CODING,
  CONNECTION_UPGRADE,
  HEAD_CODING_AT,
  HEAD_FACTS,
  HEAD_FIELD_COUNT,
  HEAD_FIELD_OCTETS,
  HEAD_LENGTH_AT,
  HEAD_METHOD,
  HEAD_METHOD_END,
  HEAD_REASON,
  HEAD_REASON_END,
  HEAD_STATUS,
  HEAD_TARGET_END,
  HEAD_VERSION,
  HIGH,
  INPUT,
  INPUT_SIZE,
  KEEP_ALIVE,
  LENGTH,
  METHOD_CONNECT,
  METHOD_OTHER,
  REQUEST,
  RESPONSE,
  TRAILERS,
  UPGRADE,
} from "../../assembly/layout.ts";
import { CR, LF } from "../http1/elements.ts";
import type { EndOfMessageEvent } from "../http1/events.ts";
import { hasBody, IN_CHUNKS, UNTIL_CLOSE, usualFraming } from "../http1/framing.ts";
import { METHOD_NAMES } from "../http1/methods.ts";
import { RequestReceiver } from "../http1/request-reader.ts";
import type { ErrorCode, ErrorDetail, RemoteProtocolError } from "../shared/errors.ts";
import { NO_FIELDS } from "../shared/header-fields.ts";
import { faultCode, fieldList, takePlainText } from "../wasm/scan.ts";
import { encodeLatin1 } from "../wasm/text.ts";
import { decodeHigh } from "./encodings.ts";
import { isDoubtful, tolerantFraming } from "./framing.ts";
import type { HeaderInfo } from "./http-parser.ts";
import { methodNumber } from "./methods.ts";
import { settingsFor, TOLERANT, type Tolerances } from "./modes.ts";
import { viewOf } from "./views.ts";

const NO_LIST: string[] = [];

/** Facts that rule out the fast path for the usual message. */
const WISHES = CLOSE | UPGRADE;

/** A head, with the members of a request or of a response. Its method is a name where the user wants names. */
export type HeadersInfo = Partial<Omit<HeaderInfo, "method">> &
  Pick<HeaderInfo, "headers" | "upgrade"> & { method?: number | string };

const BODY_STATES = {
  length: "BODY_SIZED",
  "until-close": "BODY_RAW",
  "chunk-line": "BODY_CHUNKHEAD",
  "chunk-data": "BODY_CHUNK",
  "chunk-cr": "BODY_CHUNKEMPTYLINE",
  "chunk-lf": "BODY_CHUNKEMPTYLINE",
  trailers: "BODY_CHUNKTRAILERS",
};

export class MessageReader extends RequestReceiver {
  /** The method of the last head. */
  methodName = "";
  /** Whether the last head proposes (a request) or makes (a 101) a protocol switch, or is a CONNECT. */
  upgrade = false;
  shouldKeepAlive = false;
  /** Where the last head began, in octets of the connection. */
  private headOffset = 0;
  /** The last error created here: anything else that is thrown comes from a callback. */
  made: RemoteProtocolError | null = null;
  /** The fields of the last trailer section. */
  trailers = NO_LIST;
  readonly isRequest: boolean;
  private readonly encoded: { readonly encoding: string };
  private tolerances = TOLERANT;
  /** The size limit in force for heads and trailer sections. */
  private maxHeaderSize = 0;
  /** Anything after this message is dropped, because the message closes the connection or its framing is in doubt. */
  private closes = false;
  private doubtful = false;

  /** @param encoded its `encoding` says how octets from 0x80 up become characters; read only if there are any */
  constructor(isRequest: boolean, encoded: { readonly encoding: string }) {
    super(isRequest ? "server" : "client", settingsFor(TOLERANT, 0));
    this.isRequest = isRequest;
    this.encoded = encoded;
  }

  /** Sets what applies from now on. */
  configure(tolerances: Tolerances, maxHeaderSize: number): void {
    if (tolerances === this.tolerances && maxHeaderSize === this.maxHeaderSize) return;
    this.tolerances = tolerances;
    this.maxHeaderSize = maxHeaderSize;
    this.settings = settingsFor(tolerances, maxHeaderSize);
  }

  /**
   * The size of the last head as Node counts it: the octets of the target or reason, and of names and values, without
   * what separates them.
   */
  get countedOctets(): number {
    const { isRequest } = this;
    const { head } = this.kernel;
    const start = (head[(isRequest ? HEAD_METHOD_END : HEAD_REASON) >> 2] as number) + (isRequest ? 1 : 0);
    const end = head[(isRequest ? HEAD_TARGET_END : HEAD_REASON_END) >> 2] as number;
    return end - start + (head[HEAD_FIELD_OCTETS >> 2] as number);
  }

  /** Whether the first line of a head is complete but the head is not. A faulty line is not reported before it ends. */
  get isInHead(): boolean {
    const { partial, partialLength } = this;
    return this.resume > 0 || partial.subarray(0, partialLength).includes(LF);
  }

  get isChunked(): boolean {
    return this.framing === IN_CHUNKS;
  }

  get isUntilClose(): boolean {
    return this.framing === UNTIL_CLOSE;
  }

  /** Octets left of a body or chunk of known length; negative if the length is unknown. */
  get octetsLeft(): number {
    return this.remaining;
  }

  /** http-parser-js's name for the current body state. */
  get bodyState(): string {
    return BODY_STATES[this.phase];
  }

  /** Forgets an incomplete head or line. Octets that were fed but not read stay. */
  restart(): void {
    this.offset += this.partialLength;
    this.forget();
    this.resetResume();
    this.emptyLines = 0;
    this.closes = false;
  }

  override fault(code: ErrorCode, offset: number, detail?: ErrorDetail): RemoteProtocolError {
    this.made = super.fault(code, offset, detail);
    return this.made;
  }

  /** Takes the caller's next chunk. Returns the number of octets of the connection before it. */
  feed(chunk: Uint8Array): number {
    // A callback threw, or is calling this: the rest of that chunk is dropped, as http-parser-js has always done.
    if (this.position < this.chunk.length) this.clear();
    const { fed } = this;
    this.push(chunk);
    return fed;
  }

  /** Skips empty lines. Returns whether an octet of a message follows them. */
  findMessage(): boolean {
    if (this.closes) this.clear();
    // The end of the chunk, reached once in each call: this check is 10 ns cheaper than looking for another octet.
    if (this.chunk.length === 0) return false;
    if ((this.partialLength === 0 && this.beginsAbove(CR)) || this.skipEmptyLines()) return true;
    // A CR at the end of the chunk: copied, because the chunk belongs to the caller again after this call.
    if (this.fresh() > 0) this.absorb(this.fresh());
    return false;
  }

  /**
   * Reads a head; null if more octets are needed. The head is returned as one object and nothing of it is kept here:
   * storing strings and lists in an object older than they are costs 25 ns per head.
   */
  readMessageHead(): HeadersInfo | null {
    const { kernel, isRequest } = this;
    const length = this.readHead(isRequest ? REQUEST : RESPONSE);
    if (length === 0) return null;
    this.emptyLines = 0;
    const { head } = kernel;
    this.facts = head[HEAD_FACTS >> 2] as number;
    this.version = head[HEAD_VERSION >> 2] as number;
    this.doubtful = false;
    this.trailers = NO_LIST;
    const text = takePlainText(kernel, length);
    const info = isRequest ? this.requestInfo(text) : this.responseInfo(text);
    if (this.facts & HIGH) this.decodeHead(info);
    this.headOffset = this.offset;
    this.consume(length);
    return info;
  }

  private requestInfo(text: string): HeadersInfo {
    const { facts, version, kernel } = this;
    const { head } = kernel;
    this.method = head[HEAD_METHOD >> 2] as number;
    if (!this.tolerances.looseHead) this.checkRequest();
    const methodEnd = head[HEAD_METHOD_END >> 2] as number;
    const isOther = this.method === METHOD_OTHER;
    this.methodName = isOther ? text.slice(0, methodEnd) : (METHOD_NAMES[this.method] as string);
    const headers = fieldList(kernel, text);
    this.framing = facts & (CODING | LENGTH) ? this.chooseFraming(headers, 0) : 0;
    this.readWishes(0);
    return {
      versionMajor: version === 11 ? 1 : Math.trunc(version / 10),
      versionMinor: version === 11 ? 1 : version % 10,
      headers,
      method: methodNumber(this),
      url: text.slice(methodEnd + 1, head[HEAD_TARGET_END >> 2] as number),
      upgrade: this.upgrade,
      shouldKeepAlive: this.shouldKeepAlive,
    };
  }

  private responseInfo(text: string): HeadersInfo {
    const { version, kernel } = this;
    const { head } = kernel;
    const isKnown = this.tolerances.looseHead || version === 10 || version === 11;
    if (!isKnown) throw this.fault("VERSION_NOT_SUPPORTED", this.offset);
    const statusCode = head[HEAD_STATUS >> 2] as number;
    const headers = fieldList(kernel, text);
    this.framing = this.chooseFraming(headers, statusCode);
    this.readWishes(statusCode);
    return {
      versionMajor: version === 11 ? 1 : Math.trunc(version / 10),
      versionMinor: version === 11 ? 1 : version % 10,
      headers,
      statusCode,
      statusMessage: text.slice(head[HEAD_REASON >> 2] as number, head[HEAD_REASON_END >> 2] as number),
      upgrade: this.upgrade,
      shouldKeepAlive: this.shouldKeepAlive,
    };
  }

  /** Returns the framing by RFC 9112 6.3. Recognises the usual cases without creating an object: saves 30 ns of 700. */
  private chooseFraming(headers: string[], status: number): number {
    const { facts, version, method, kernel } = this;
    const isPossible = this.isRequest || hasBody(method, status);
    const usual = isPossible ? usualFraming(facts, version, kernel.length) : undefined;
    return usual ?? this.readOtherFraming(headers, status);
  }

  private readOtherFraming(headers: string[], status: number): number {
    const { facts, version, method, isRequest, kernel } = this;
    const framed = { isRequest, method, status, version, facts, length: kernel.length };
    const framing = tolerantFraming(framed, headers, this.tolerances);
    if (framing === "CONTENT_LENGTH_WITH_TRANSFER_ENCODING") throw this.bothFault();
    if (typeof framing === "string") throw this.framingFault(framing);
    this.doubtful = isDoubtful(framed, framing);
    return framing;
  }

  /** Blames whichever of the two fields came second. */
  private bothFault(): RemoteProtocolError {
    const { head } = this.kernel;
    const lengthAt = head[HEAD_LENGTH_AT >> 2] as number;
    const codingAt = head[HEAD_CODING_AT >> 2] as number;
    const header = lengthAt > codingAt ? "content-length" : "transfer-encoding";
    const at = this.offset + Math.max(lengthAt, codingAt);
    return this.fault("CONTENT_LENGTH_WITH_TRANSFER_ENCODING", at, { header });
  }

  /** Works out whether the connection continues after the message, and in which protocol. */
  private readWishes(statusCode: number): void {
    const isUsual = (this.facts & WISHES) === 0 && this.version === 11 && this.method !== METHOD_CONNECT;
    if (!isUsual || this.doubtful || this.framing === UNTIL_CLOSE) {
      this.readOtherWishes(statusCode);
      return;
    }
    this.upgrade = false;
    this.shouldKeepAlive = true;
    this.closes = false;
  }

  private readOtherWishes(statusCode: number): void {
    const { facts, version, isRequest, method, framing, doubtful, tolerances } = this;
    const switches = (facts & UPGRADE) !== 0 && (facts & CONNECTION_UPGRADE) !== 0;
    this.upgrade = switches ? isRequest || statusCode === 101 : isRequest && method === METHOD_CONNECT;
    const isNew = version > 10 && version % 10 > 0;
    const isKept = isNew ? (facts & CLOSE) === 0 : (facts & KEEP_ALIVE) !== 0;
    // A response that explicitly says keep-alive is believed: http-parser-js's own tests require it.
    const isTrusted = !doubtful || (!isRequest && (facts & KEEP_ALIVE) !== 0);
    this.shouldKeepAlive = isKept && isTrusted && framing !== UNTIL_CLOSE;
    const isLast = !tolerances.readsOn && !this.shouldKeepAlive && (isRequest || statusCode >= 200);
    this.closes = !this.upgrade && (isLast || (isRequest && doubtful));
  }

  /** Creates the error for a fault in the last head, `at` octets from its beginning. */
  headFault(code: ErrorCode, at = 0): RemoteProtocolError {
    return this.fault(code, this.headOffset + at);
  }

  /** Reads one field line and appends its name and value to `list`; a folded line continues the last value there. */
  readFieldLine(line: string, list: string[]): void {
    const { kernel, settings } = this;
    const folded = /^[ \t]+(.*)$/.exec(line);
    const text = `${folded === null ? line : `x: ${folded[1]}`}\r\n\r\n`;
    if (text.length > INPUT_SIZE) throw this.fault("HEAD_TOO_LARGE", 0);
    encodeLatin1(text, kernel.octets, INPUT);
    const status = kernel.scanHead(TRAILERS, INPUT, INPUT + text.length, settings.allow, 1, 0);
    if (status <= 0) throw this.fault(status === 0 ? "BARE_CR" : faultCode(status), 0);
    const [name, value = ""] = this.listOf(status);
    if (name === undefined) return;
    const last = list.length - 1;
    if (folded === null) list.push(name, value);
    else if (last > 0 && value !== "") list[last] = list[last] ? `${list[last]} ${value}` : value;
  }

  // --- strings with octets from 0x80 up -----------------------------------------------------------------------------

  private decodeHead(info: HeadersInfo): void {
    info.headers = info.headers.map(this.decode, this);
    if (this.isRequest) info.url = this.decode(info.url as string);
    else info.statusMessage = this.decode(info.statusMessage as string);
  }

  private decode(text: string): string {
    return decodeHigh(text, this.encoded.encoding);
  }

  // --- bodies -------------------------------------------------------------------------------------------------------

  /**
   * Returns a piece of the body; null if the body has ended, undefined if more octets are needed. Creates no events,
   * which saves 20 ns per chunk.
   */
  readPiece(): Uint8Array | null | undefined {
    const { framing } = this;
    if (framing === IN_CHUNKS) {
      if (!this.skipToData()) return undefined;
      if (this.phase === "trailers") return this.readTrailers() && null;
    }
    const { remaining, chunk, position } = this;
    const fresh = chunk.length - position;
    if (fresh === 0) return undefined;
    if (framing === UNTIL_CLOSE) return this.take(fresh);
    if (fresh < remaining) {
      this.remaining = remaining - fresh;
      return this.take(fresh);
    }
    this.remaining = 0;
    if (framing === IN_CHUNKS) this.phase = "chunk-cr";
    return this.take(remaining);
  }

  /** Whether a body of known length is now complete. */
  get isBodyComplete(): boolean {
    return this.remaining === 0 && this.framing > 0;
  }

  private take(count: number): Uint8Array {
    const { chunk, position } = this;
    this.consume(count);
    return count === chunk.length ? chunk : viewOf(chunk, position, position + count);
  }

  /** Returns the fields of a trailer section of `length` octets. */
  private listOf(length: number): string[] {
    const { kernel } = this;
    return kernel.head[HEAD_FIELD_COUNT >> 2] === 0 ? NO_LIST : fieldList(kernel, takePlainText(kernel, length));
  }

  protected override readTrailers(): EndOfMessageEvent | undefined {
    const { maxTrailerBytes } = this.settings.limits;
    // Usually there are no trailers: checking for that here saves calling the kernel (100 ns).
    if (this.partialLength === 0 && this.skipPair(CR, LF)) return this.endOfMessage();
    const length = this.readElement(TRAILERS, maxTrailerBytes, "TRAILERS_TOO_LARGE", "INCOMPLETE_BODY");
    if (length === 0) return undefined;
    this.trailers = this.listOf(length);
    if ((this.kernel.head[HEAD_FACTS >> 2] as number) & HIGH) this.trailers = this.trailers.map(this.decode, this);
    this.consume(length);
    return { type: "end-of-message", headers: NO_FIELDS, offset: this.lastChunk };
  }
}
