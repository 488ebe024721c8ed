// Octets in, events out: heads, bodies, chunks, trailers. Knows grammar's results, limits and framing; of states only
// which reader it was asked for. Every fault of the peer is made here.
import {
  AUTHORITY,
  CODING,
  HEAD_CODING_AT,
  HEAD_EXTENSION_OCTETS,
  HEAD_FACTS,
  HEAD_FAULT_AT,
  HEAD_FIELD_COUNT,
  HEAD_FIELDS_END,
  HEAD_HOST_AT,
  HEAD_LENGTH_AT,
  HEAD_METHOD,
  HEAD_METHOD_END,
  HEAD_REASON,
  HEAD_REASON_END,
  HEAD_RESUME,
  HEAD_STATUS,
  HEAD_TARGET_END,
  HEAD_VERSION,
  HOST,
  HOST_BAD,
  HOST_REPEATED,
  INPUT,
  LENGTH,
  METHOD_CONNECT,
  METHOD_OTHER,
  RECORD_SIZE,
  REQUEST,
  RESPONSE,
  RESUMED,
  TRAILERS,
} from "../../assembly/layout.ts";
import { type ErrorCode, type ErrorDetail, RemoteProtocolError } from "../shared/errors.ts";
import { HeaderFields, NO_FIELDS } from "../shared/header-fields.ts";
import { ReceiveBuffer } from "../shared/receive-buffer.ts";
import { type Kernel, kernel as theKernel } from "../wasm/kernel.ts";
import { faultCode, takeText, takeTrailers } from "../wasm/scan.ts";
import type {
  DataEvent,
  EndOfMessageEvent,
  InformationalResponseEvent,
  RequestEvent,
  ResponseEvent,
} from "./events.ts";
import { bodyFraming, framingField, IN_CHUNKS, UNTIL_CLOSE } from "./framing.ts";
import { METHOD_NAMES } from "./methods.ts";
import type { Role, Settings } from "./options.ts";

/** An element beside the kernel's REQUEST, RESPONSE, TRAILERS. */
const CHUNK_LINE = -1;

/**
 * Octets of a chunk that are put on the scratch page at first: a usual head, a usual chunk-size line. What needs more
 * gets four times as many, and so on, so that pipelined requests do not copy the whole chunk each time.
 */
const HEAD_WINDOW = 2048;
const LINE_WINDOW = 32;

const HOST_FACTS = HOST | HOST_REPEATED | HOST_BAD;

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const COLON = 0x3a;

/** What a body is made of, from here on. */
type Phase = "length" | "until-close" | "chunk-line" | "chunk-data" | "chunk-cr" | "chunk-lf" | "trailers";

export class Receiver {
  readonly buffer = new ReceiveBuffer();
  /** Of the last head: the kernel's facts, the version (10, 11), the method (of a request), the body's framing. */
  facts = 0;
  version = 0;
  method = 0;
  framing = 0;
  /** Octets of the body so far, without its framing. */
  bodyOctets = 0;

  private readonly kernel: Kernel = theKernel();
  private readonly role: Role;
  private readonly settings: Settings;
  private emptyLines = 0;
  /** How far a cut head was found to be well-formed, what goes on there, and how many fields came before. */
  private resume = 0;
  private resumed = REQUEST;
  private fieldsSeen = 0;
  private phase: Phase = "length";
  /** Octets left of the body, or of the chunk. */
  private remaining = 0;
  private chunkStart = false;
  private extensionOctets = 0;
  private lastChunk = 0;

  constructor(role: Role, settings: Settings) {
    this.role = role;
    this.settings = settings;
  }

  /** The error for a fault at an offset of the connection. */
  fault(code: ErrorCode, offset: number, detail?: ErrorDetail): RemoteProtocolError {
    return new RemoteProtocolError(code, offset, this.role, detail);
  }

  // --- heads ----------------------------------------------------------------------------------------------------

  /** The next request, or undefined when more octets are needed. */
  readRequest(): RequestEvent | undefined {
    const { buffer, kernel } = this;
    if (!buffer.beginsAbove(CR) && !this.skipEmptyLines()) return undefined;
    const length = this.readHead(REQUEST);
    if (length === 0) return undefined;
    this.emptyLines = 0;
    const { head } = kernel;
    const facts = head[HEAD_FACTS >> 2] as number;
    const version = head[HEAD_VERSION >> 2] as number;
    const method = head[HEAD_METHOD >> 2] as number;
    this.facts = facts;
    this.version = version;
    this.method = method;
    if (version !== 11 || method === METHOD_CONNECT || (facts & HOST_FACTS) !== HOST) this.checkRequest();
    this.framing = facts & (CODING | LENGTH) ? this.readFraming(true, method, 0) : 0;
    const count = head[HEAD_FIELD_COUNT >> 2] as number;
    const text = takeText(kernel, length);
    const start = count * RECORD_SIZE;
    const methodEnd = start + (head[HEAD_METHOD_END >> 2] as number);
    const offset = buffer.offset;
    buffer.consume(length);
    return {
      type: "request",
      method: method === METHOD_OTHER ? text.substring(start, methodEnd) : (METHOD_NAMES[method] as string),
      target: text.substring(methodEnd + 1, start + (head[HEAD_TARGET_END >> 2] as number)),
      httpVersion: version === 11 ? "1.1" : "1.0",
      headers: new HeaderFields(text, count),
      offset,
    };
  }

  /** The next response head to a request with `method`, or undefined when more octets are needed. */
  readResponse(method: number): ResponseEvent | InformationalResponseEvent | undefined {
    const { buffer, kernel } = this;
    const length = this.readHead(RESPONSE);
    if (length === 0) return undefined;
    const { head } = kernel;
    const version = head[HEAD_VERSION >> 2] as number;
    const status = head[HEAD_STATUS >> 2] as number;
    this.facts = head[HEAD_FACTS >> 2] as number;
    this.version = version;
    if (version !== 10 && version !== 11) throw this.fault("VERSION_NOT_SUPPORTED", buffer.offset);
    this.framing = this.readFraming(false, method, status);
    const count = head[HEAD_FIELD_COUNT >> 2] as number;
    const text = takeText(kernel, length);
    const start = count * RECORD_SIZE;
    const offset = buffer.offset;
    buffer.consume(length);
    return {
      type: status < 200 ? "informational-response" : "response",
      status,
      reason: text.substring(
        start + (head[HEAD_REASON >> 2] as number),
        start + (head[HEAD_REASON_END >> 2] as number),
      ),
      httpVersion: version === 11 ? "1.1" : "1.0",
      headers: new HeaderFields(text, count),
      offset,
    };
  }

  /** Skips the empty lines that may precede a request (RFC 9112 2.2). False: whether one is there is not known yet. */
  private skipEmptyLines(): boolean {
    const { buffer, settings } = this;
    while (true) {
      const first = buffer.octetAt(0);
      if (first !== CR && first !== LF) return first !== undefined;
      const second = buffer.octetAt(1);
      if (first === CR && second !== LF) {
        if (second !== undefined) throw this.fault("BARE_CR", buffer.offset);
        if (buffer.ended) throw this.fault("INCOMPLETE_HEAD", buffer.fed);
        return false;
      }
      if (first === LF && !settings.bareLf) throw this.fault("BARE_LF", buffer.offset);
      if (this.emptyLines === settings.limits.maxLeadingEmptyLines) {
        throw this.fault("LEADING_EMPTY_LINES", buffer.offset);
      }
      this.emptyLines++;
      for (let octets = first === CR ? 2 : 1; octets > 0; octets--) {
        buffer.fresh();
        buffer.consume(1);
      }
    }
  }

  /** The whole-head checks in their order, as far as requests have their own: version, target, Host. */
  private checkRequest(): void {
    const { facts, version, buffer } = this;
    const { head } = this.kernel;
    if (version !== 10 && version !== 11) {
      throw this.fault("VERSION_NOT_SUPPORTED", buffer.offset + (head[HEAD_TARGET_END >> 2] as number) + 1);
    }
    if (this.method === METHOD_CONNECT && !(facts & AUTHORITY)) {
      throw this.fault("BAD_TARGET", buffer.offset + (head[HEAD_METHOD_END >> 2] as number) + 1);
    }
    if ((facts & HOST_FACTS) === HOST) return;
    const at = buffer.offset + (head[HEAD_HOST_AT >> 2] as number);
    const detail = { header: "host" };
    if (facts & HOST_REPEATED) throw this.fault("DUPLICATE_HOST", at, detail);
    if (facts & HOST_BAD) throw this.fault("BAD_HOST", at, detail);
    if (version === 11)
      throw this.fault("MISSING_HOST", buffer.offset + (head[HEAD_FIELDS_END >> 2] as number), detail);
  }

  /** The last of the whole-head checks: Transfer-Encoding, Content-Length. */
  private readFraming(isRequest: boolean, method: number, status: number): number {
    const { facts, version, settings, buffer } = this;
    const framing = bodyFraming(
      { isRequest, method, status, version, facts, length: this.kernel.length },
      settings.repeatedContentLength,
    );
    if (typeof framing === "number" && framing <= settings.limits.maxBodyBytes) return framing;
    const code = typeof framing === "number" ? "BODY_TOO_LARGE" : framing;
    const header = framingField(code);
    const at = this.kernel.head[(header === "content-length" ? HEAD_LENGTH_AT : HEAD_CODING_AT) >> 2] as number;
    throw this.fault(code, buffer.offset + at, { header });
  }

  // --- elements that end in a line end ----------------------------------------------------------------------------

  /** Waits for a whole head: its length, or 0 when more octets are needed. */
  private readHead(what: number): number {
    const length = this.scanChunk(what);
    if (length > 0) return length;
    return this.readElement(what, this.settings.limits.maxHeadBytes, "HEAD_TOO_LARGE", "INCOMPLETE_HEAD");
  }

  /**
   * What is usual, a head that is whole in its chunk, in one step: readElement() comes to the same in four calls, which
   * cost 40 ns. Not positive: it is to find out.
   */
  private scanChunk(what: number): number {
    const { kernel, buffer, settings } = this;
    const { chunk, position } = buffer;
    const octets = chunk.length - position;
    if (octets > HEAD_WINDOW || octets > settings.limits.maxHeadBytes || buffer.partialLength > 0 || this.resume > 0) {
      return 0;
    }
    kernel.octets.set(position === 0 ? chunk : chunk.subarray(position), INPUT);
    const { maxFields, maxTargetBytes } = settings.limits;
    return kernel.scanHead(what, INPUT, INPUT + octets, settings.allow, maxFields, maxTargetBytes);
  }

  /**
   * Waits for a whole head, trailer section or chunk-size line. Returns its length, with what the kernel says of it in
   * place; 0 when more octets are needed. Each octet is searched a bounded number of times at any split.
   */
  private readElement(what: number, most: number, tooLarge: ErrorCode, incomplete: ErrorCode): number {
    const { buffer } = this;
    while (true) {
      const fresh = buffer.fresh();
      const { partialLength } = buffer;
      if (fresh === 0) {
        if (buffer.ended && partialLength > 0) throw this.lastFault(what, partialLength, incomplete);
        return 0;
      }
      const limit = Math.min(partialLength + fresh, most);
      // An element may be judged with its second octet, when the first was a CR.
      if (partialLength < 2 || this.hasLineFeed(partialLength, limit)) {
        let window = what === CHUNK_LINE ? LINE_WINDOW : HEAD_WINDOW;
        for (let end = partialLength; end < limit; window *= 4) {
          end = Math.min(end + window, limit);
          const length = this.scanElement(what, end);
          if (length > 0) return length;
        }
      }
      if (limit < partialLength + fresh) throw this.lastFault(what, limit, tooLarge);
      buffer.absorb(fresh);
    }
  }

  /**
   * Scans the element's first `end` octets, from where it is known to be sound. A fault is reported when its line is
   * complete, or when it is the very first octet: so every split gives the same error at the same moment.
   */
  private scanElement(what: number, end: number): number {
    const { resume } = this;
    const { head } = this.kernel;
    let status = resume === 0 ? this.scan(what, 0, end) : this.scan(this.resumed, resume, end);
    if (status === 0) {
      this.resume += head[HEAD_RESUME >> 2] as number;
      this.fieldsSeen += head[HEAD_FIELD_COUNT >> 2] as number;
      this.resumed = this.fieldsSeen > 0 || (resume > 0 && this.resumed === RESUMED) ? RESUMED : TRAILERS;
      return 0;
    }
    if (resume > 0) {
      this.resetResume();
      status = this.scan(what, 0, end);
    }
    if (status > 0) {
      this.resetResume();
      return status;
    }
    const at = head[HEAD_FAULT_AT >> 2] as number;
    if (at === 0 || this.hasLineFeed(at, end)) throw this.elementFault(status, at);
    return 0;
  }

  private resetResume(): void {
    this.resume = 0;
    this.fieldsSeen = 0;
  }

  private scan(what: number, from: number, end: number): number {
    const { kernel, buffer, settings, extensionOctets } = this;
    const { limits, allow } = settings;
    const last = kernel.put(buffer, from, end);
    if (what !== CHUNK_LINE) {
      return kernel.scanHead(what, INPUT, last, allow, limits.maxFields - this.fieldsSeen, limits.maxTargetBytes);
    }
    const extensions = Math.min(limits.maxChunkExtensionBytes, limits.maxChunkExtensionTotalBytes - extensionOctets);
    return kernel.scanChunkLine(INPUT, last, allow, limits.maxChunkSizeDigits, extensions);
  }

  /** Is there a LF in [from, end) of the element? Not among its absorbed octets: they were searched when they came. */
  private hasLineFeed(from: number, end: number): boolean {
    const { partialLength, chunk, position } = this.buffer;
    const found = chunk.indexOf(LF, position + Math.max(from - partialLength, 0));
    return found >= 0 && found < position + end - partialLength;
  }

  /** The element will not be whole: what is wrong with its first `end` octets, or else `code` behind them. */
  private lastFault(what: number, end: number, code: ErrorCode): RemoteProtocolError {
    this.resetResume();
    const status = this.scan(what, 0, end);
    if (status < 0) return this.elementFault(status, this.kernel.head[HEAD_FAULT_AT >> 2] as number);
    return this.fault(code, this.buffer.offset + end);
  }

  private elementFault(status: number, at: number): RemoteProtocolError {
    const code = faultCode(status);
    const header = code === "BAD_FIELD_VALUE" ? this.fieldNameBefore(at) : undefined;
    return this.fault(code, this.buffer.offset + at, { header, octet: this.buffer.octetAt(at) });
  }

  /** The lower-case name of the field whose value holds the element's octet `at`, folds included. */
  private fieldNameBefore(at: number): string {
    const { buffer } = this;
    let start = at;
    const begins = (i: number) =>
      buffer.octetAt(i - 1) === LF && buffer.octetAt(i) !== SP && buffer.octetAt(i) !== HTAB;
    while (start > 0 && !begins(start)) start--;
    let name = "";
    for (let i = start; buffer.octetAt(i) !== COLON; i++) name += String.fromCharCode(buffer.octetAt(i) as number);
    return name.toLowerCase();
  }

  // --- bodies -----------------------------------------------------------------------------------------------------

  /** Gets ready for the body that the last head announced. */
  beginBody(): void {
    const { framing } = this;
    this.phase = framing === IN_CHUNKS ? "chunk-line" : framing === UNTIL_CLOSE ? "until-close" : "length";
    this.remaining = framing;
    this.bodyOctets = 0;
    this.extensionOctets = 0;
  }

  /** Has any octet of the body, its framing included, been read? */
  get bodyBegan(): boolean {
    return this.bodyOctets > 0 || this.phase === "trailers";
  }

  /** The next piece of the body or its end, or undefined when more octets are needed. */
  readBody(): DataEvent | EndOfMessageEvent | undefined {
    const { buffer } = this;
    while (true) {
      switch (this.phase) {
        case "length":
          return this.remaining === 0 ? this.endOfMessage() : this.readData(this.remaining);
        case "until-close":
          if (buffer.fresh() === 0) return buffer.ended ? this.endOfMessage() : undefined;
          return this.readData(this.settings.limits.maxBodyBytes - this.bodyOctets);
        case "chunk-line":
          if (!this.readChunkLine()) return undefined;
          break;
        case "chunk-data":
          return this.readChunkData();
        case "chunk-cr":
          if (!this.readChunkEnd(CR)) return undefined;
          this.phase = "chunk-lf";
          break;
        case "chunk-lf":
          if (!this.readChunkEnd(LF)) return undefined;
          this.phase = "chunk-line";
          break;
        case "trailers":
          return this.readTrailers();
      }
    }
  }

  private endOfMessage(): EndOfMessageEvent {
    return { type: "end-of-message", headers: NO_FIELDS, offset: this.buffer.offset };
  }

  private readData(most: number): DataEvent | undefined {
    const { buffer } = this;
    const fresh = buffer.fresh();
    if (fresh === 0) return undefined;
    if (most === 0) throw this.fault("BODY_TOO_LARGE", buffer.offset);
    const count = Math.min(fresh, most);
    const { offset } = buffer;
    this.remaining -= count;
    this.bodyOctets += count;
    return { type: "data", data: buffer.view(count), chunkStart: false, chunkEnd: false, offset };
  }

  /** chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF (RFC 9112 7.1): the first line of one. */
  private readChunkLine(): boolean {
    const { buffer, settings } = this;
    const { maxChunkLineBytes, maxBodyBytes } = settings.limits;
    const length = this.readElement(CHUNK_LINE, maxChunkLineBytes, "CHUNK_LINE_TOO_LONG", "INCOMPLETE_BODY");
    if (length === 0) return false;
    const size = this.kernel.length;
    if (this.bodyOctets + size > maxBodyBytes) throw this.fault("BODY_TOO_LARGE", buffer.offset);
    this.extensionOctets += this.kernel.head[HEAD_EXTENSION_OCTETS >> 2] as number;
    this.lastChunk = buffer.offset;
    buffer.consume(length);
    this.bodyOctets += size;
    this.remaining = size;
    this.chunkStart = true;
    this.phase = size === 0 ? "trailers" : "chunk-data";
    return true;
  }

  private readChunkData(): DataEvent | undefined {
    const { buffer, chunkStart } = this;
    const count = Math.min(buffer.fresh(), this.remaining);
    if (count === 0) return undefined;
    const { offset } = buffer;
    this.remaining -= count;
    this.chunkStart = false;
    if (this.remaining === 0) this.phase = "chunk-cr";
    return { type: "data", data: buffer.view(count), chunkStart, chunkEnd: this.remaining === 0, offset };
  }

  private readChunkEnd(due: number): boolean {
    const { buffer } = this;
    if (buffer.fresh() === 0) return false;
    const octet = buffer.octetAt(0);
    if (octet !== due) throw this.fault("BAD_CHUNK_END", buffer.offset, { octet });
    buffer.consume(1);
    return true;
  }

  private readTrailers(): EndOfMessageEvent | undefined {
    const { maxTrailerBytes } = this.settings.limits;
    const length = this.readElement(TRAILERS, maxTrailerBytes, "TRAILERS_TOO_LARGE", "INCOMPLETE_BODY");
    if (length === 0) return undefined;
    const headers = takeTrailers(this.kernel, length);
    this.buffer.consume(length);
    return { type: "end-of-message", headers, offset: this.lastChunk };
  }
}
