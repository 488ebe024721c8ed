// Octets in, events out: responses, bodies, chunks, trailers; requests are in request-reader.ts. Knows the kernel's
// findings, limits and framing, but no states: those decide which reader is called.
import {
  ALLOW_CHUNK_LF,
  HEAD_CODING_AT,
  HEAD_EXTENSION_OCTETS,
  HEAD_FACTS,
  HEAD_FIELD_COUNT,
  HEAD_LENGTH_AT,
  HEAD_REASON,
  HEAD_REASON_END,
  HEAD_RECORDS,
  HEAD_STATUS,
  HEAD_VERSION,
  HIGH,
  INPUT,
  RESPONSE,
  TRAILERS,
} from "../../assembly/layout.ts";
import type { ErrorCode, RemoteProtocolError } from "../shared/errors.ts";
import { HeaderFields, NO_FIELDS } from "../shared/header-fields.ts";
import { takeTrailers } from "../wasm/scan.ts";
import { decodeLatin1 } from "../wasm/text.ts";
import { CR, ElementReader, LF } from "./elements.ts";
import type { DataEvent, EndOfMessageEvent, InformationalResponseEvent, ResponseEvent } from "./events.ts";
import { bodyFraming, framingField, hasBody, IN_CHUNKS, UNTIL_CLOSE, usualFraming } from "./framing.ts";

/** What comes next in a body. */
type Phase = "length" | "until-close" | "chunk-line" | "chunk-data" | "chunk-cr" | "chunk-lf" | "trailers";

export class Receiver extends ElementReader {
  /** What the last head said: the kernel's facts, the version (10 or 11), a request's method, the body's framing. */
  facts = 0;
  version = 0;
  method = 0;
  framing = 0;
  /** Octets of the body so far, without its framing. */
  bodyOctets = 0;

  /** Empty lines skipped so far before a request. */
  protected emptyLines = 0;
  protected phase: Phase = "length";
  /** Octets left in the body, or in the chunk. */
  protected remaining = 0;
  private chunkStart = false;
  /** Where the last chunk-size line began. */
  protected lastChunk = 0;

  // --- heads ----------------------------------------------------------------------------------------------------

  /** Reads the next response head, the answer to a request with `method`; undefined when more octets are needed. */
  readResponse(method: number): ResponseEvent | InformationalResponseEvent | undefined {
    const { kernel, settings } = this;
    const { head, octets } = kernel;
    const { maxFields, maxTargetBytes, maxBodyBytes } = settings.limits;
    // readHead(), inlined by hand. With a call instead, this function would be below the 460 bytes of bytecode up to
    // which V8 inlines; where V8 did inline it, its budget had no room left for what is called from here (4 % of a
    // response).
    const put = this.putAhead();
    let length = put > 0 ? kernel.scanHead(RESPONSE, INPUT, INPUT + put, settings.allow, maxFields, maxTargetBytes) : 0;
    if (length <= 0) length = this.readRest(RESPONSE, length, put);
    if (length === 0) return undefined;
    const version = head[HEAD_VERSION >> 2] as number;
    const status = head[HEAD_STATUS >> 2] as number;
    const facts = head[HEAD_FACTS >> 2] as number;
    this.facts = facts;
    this.version = version;
    if (version !== 10 && version !== 11) throw this.fault("VERSION_NOT_SUPPORTED", this.offset);
    const framing = hasBody(method, status) ? usualFraming(facts, version, kernel.length) : 0;
    this.framing = framing !== undefined && framing <= maxBodyBytes ? framing : this.readFraming(false, method, status);
    const count = head[HEAD_FIELD_COUNT >> 2] as number;
    const start = head[HEAD_RECORDS >> 2] as number;
    const text = decodeLatin1(octets, INPUT - start, INPUT + length, (facts & HIGH) !== 0);
    const { offset } = this;
    this.consume(length);
    return {
      type: status < 200 ? "informational-response" : "response",
      status,
      reason: text.slice(start + (head[HEAD_REASON >> 2] as number), start + (head[HEAD_REASON_END >> 2] as number)),
      httpVersion: version === 11 ? "1.1" : "1.0",
      headers: new HeaderFields(text, count, start),
      offset,
    };
  }

  /** Makes the last of the whole-head checks, Transfer-Encoding and Content-Length; returns the framing. */
  protected readFraming(isRequest: boolean, method: number, status: number): number {
    const { facts, version, settings } = this;
    const { length } = this.kernel;
    const framing = bodyFraming({ isRequest, method, status, version, facts, length }, settings.allow);
    if (typeof framing === "number" && framing <= settings.limits.maxBodyBytes) return framing;
    throw this.framingFault(typeof framing === "number" ? "BODY_TOO_LARGE" : framing);
  }

  protected framingFault(code: ErrorCode): RemoteProtocolError {
    const header = framingField(code);
    const at = this.kernel.head[(header === "content-length" ? HEAD_LENGTH_AT : HEAD_CODING_AT) >> 2] as number;
    return this.fault(code, this.offset + at, { header });
  }

  // --- bodies -----------------------------------------------------------------------------------------------------

  /** Prepares to read the body that the last head announced. */
  beginBody(): void {
    const { framing } = this;
    this.phase = framing === IN_CHUNKS ? "chunk-line" : framing === UNTIL_CLOSE ? "until-close" : "length";
    this.remaining = framing;
    this.bodyOctets = 0;
    this.extensionOctets = 0;
  }

  /** True when a body of known length has been read in full, or there is none. */
  get isSpent(): boolean {
    return this.remaining === 0 && this.phase === "length";
  }

  /** True when any of the body, its framing included, has been read. */
  get bodyBegan(): boolean {
    return this.bodyOctets > 0 || this.phase === "trailers";
  }

  /** Reads the next piece, or the end, of a body that is not spent; undefined when more octets are needed. */
  readBody(): DataEvent | EndOfMessageEvent | undefined {
    if (this.phase === "length") return this.readData(this.remaining);
    return this.skipToData() ? this.readMore() : undefined;
  }

  private readMore(): DataEvent | EndOfMessageEvent | undefined {
    switch (this.phase) {
      case "until-close":
        if (this.fresh() === 0) return this.ended ? this.endOfMessage() : undefined;
        return this.readData(this.settings.limits.maxBodyBytes - this.bodyOctets);
      case "chunk-data":
        return this.readChunkData();
      default:
        return this.readTrailers();
    }
  }

  /** Reads the framing between the data of chunks. Returns false when more octets are needed. */
  protected skipToData(): boolean {
    while (true) {
      switch (this.phase) {
        case "chunk-line":
          if (!this.readChunkLine()) return false;
          break;
        case "chunk-cr":
          // Both at once if both are there, which saves 10 ns a chunk.
          if (this.skipPair(CR, LF)) this.phase = "chunk-line";
          else if (this.readChunkEnd(CR)) this.phase = "chunk-lf";
          else return false;
          break;
        case "chunk-lf":
          if (!this.readChunkEnd(LF)) return false;
          this.phase = "chunk-line";
          break;
        default:
          return true;
      }
    }
  }

  /** Makes the event for the end of a message without trailers. */
  endOfMessage(): EndOfMessageEvent {
    return { type: "end-of-message", headers: NO_FIELDS, offset: this.offset };
  }

  private readData(most: number): DataEvent | undefined {
    const fresh = this.fresh();
    if (fresh === 0) return undefined;
    if (most === 0) throw this.fault("BODY_TOO_LARGE", this.offset);
    const count = Math.min(fresh, most);
    const { offset } = this;
    this.remaining -= count;
    this.bodyOctets += count;
    return { type: "data", data: this.view(count), chunkStart: false, chunkEnd: false, offset };
  }

  /** Reads the first line of chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF (RFC 9112 7.1). */
  private readChunkLine(): boolean {
    const { maxBodyBytes } = this.settings.limits;
    const length = this.readChunkSizeLine();
    if (length === 0) return false;
    const size = this.kernel.length;
    if (this.bodyOctets + size > maxBodyBytes) throw this.fault("BODY_TOO_LARGE", this.offset);
    this.extensionOctets += this.kernel.head[HEAD_EXTENSION_OCTETS >> 2] as number;
    this.lastChunk = this.offset;
    this.consume(length);
    this.bodyOctets += size;
    this.remaining = size;
    this.chunkStart = true;
    this.phase = size === 0 ? "trailers" : "chunk-data";
    return true;
  }

  private readChunkData(): DataEvent | undefined {
    const { chunkStart } = this;
    const count = Math.min(this.fresh(), this.remaining);
    if (count === 0) return undefined;
    const { offset } = this;
    this.remaining -= count;
    this.chunkStart = false;
    if (this.remaining === 0) this.phase = "chunk-cr";
    return { type: "data", data: this.view(count), chunkStart, chunkEnd: this.remaining === 0, offset };
  }

  private readChunkEnd(due: number): boolean {
    if (this.fresh() === 0) return false;
    const octet = this.octetAt(0);
    if (octet !== due) {
      if (octet === LF && this.settings.allow & ALLOW_CHUNK_LF) return true;
      throw this.fault("BAD_CHUNK_END", this.offset, { octet });
    }
    this.consume(1);
    return true;
  }

  protected readTrailers(): EndOfMessageEvent | undefined {
    const { maxTrailerBytes } = this.settings.limits;
    const length = this.readElement(TRAILERS, maxTrailerBytes, "TRAILERS_TOO_LARGE", "INCOMPLETE_BODY");
    if (length === 0) return undefined;
    const headers = takeTrailers(this.kernel, length);
    this.consume(length);
    return { type: "end-of-message", headers, offset: this.lastChunk };
  }
}
