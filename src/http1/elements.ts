// Elements that end in a line end: a head, a trailer section, a chunk-size line. Waits until one is complete, however
// it was split, and reports what is wrong with it; what it means is left to readers.ts.
import {
  HEAD_FAULT_AT,
  HEAD_FIELD_COUNT,
  HEAD_LEFT_OUT,
  HEAD_RESUME,
  INPUT,
  NEED_DATA,
  RESUMED,
  TRAILERS,
} from "../../assembly/layout.ts";
import { type ErrorCode, type ErrorDetail, RemoteProtocolError } from "../shared/errors.ts";
import { NO_OCTETS, ReceiveBuffer } from "../shared/receive-buffer.ts";
import { type Kernel, kernel as theKernel } from "../wasm/kernel.ts";
import { faultCode } from "../wasm/scan.ts";
import { decodeLatin1 } from "../wasm/text.ts";
import type { Role, Settings } from "./options.ts";

/** One more kind of element besides the kernel's REQUEST, RESPONSE and TRAILERS. */
const CHUNK_LINE = -1;

/**
 * How many octets of a chunk are copied to the scratch page at first: enough for a usual head or chunk-size line. If
 * more are needed, four times as many are copied, and so on, so that pipelined requests do not copy the whole chunk
 * each time. (Starting a line with 32 octets cost 34 ns more a chunk.)
 */
const HEAD_WINDOW = 2048;
const LINE_WINDOW = 8;

export const LF = 0x0a;
export const CR = 0x0d;

/**
 * Memory for the next split head of any connection: allocating it takes 450 ns. No event is a view of it; it is zeroed.
 */
let spare: Uint8Array = NO_OCTETS;
const MOST_SPARE = 4096;

/** %TypedArray%.prototype.set, which Node 20's V8 would look up at each call: 4 ns. */
const { set } = Uint8Array.prototype;

/**
 * Extends the receive buffer instead of holding one: an object less on the way to each octet saves 5 to 9 % of a head.
 */
export class ElementReader extends ReceiveBuffer {
  protected readonly kernel: Kernel = theKernel();
  protected settings: Settings;
  /** Octets of chunk extensions in this message so far. */
  protected extensionOctets = 0;
  private readonly role: Role;
  /** How many octets of a split head are known to be sound; if not 0, its start line is among them. */
  protected resume = 0;
  /** How to scan on from there: as where no fold can be (TRAILERS), or as behind a field, where one can. */
  private resumed = TRAILERS;
  /** The number of fields before that point. */
  protected fieldsSeen = 0;

  constructor(role: Role, settings: Settings) {
    super();
    this.role = role;
    this.settings = settings;
  }

  /** Makes the error for a fault at this offset in the connection. */
  fault(code: ErrorCode, offset: number, detail?: ErrorDetail): RemoteProtocolError {
    return new RemoteProtocolError(code, offset, this.role, detail);
  }

  protected override room(length: number): Uint8Array {
    if (spare.length < length) return super.room(length);
    const room = spare;
    spare = NO_OCTETS;
    return room;
  }

  protected override forget(): void {
    const { partial, partialLength } = this;
    if (partial.length > spare.length && partial.length <= MOST_SPARE) spare = partial.fill(0, 0, partialLength);
    super.forget();
  }

  /**
   * Copies what may be a whole head to the scratch page. Returns the number of octets: 0 if its first part is absorbed.
   */
  protected putAhead(): number {
    const { chunk, position } = this;
    if (this.partialLength > 0) return 0;
    const rest = chunk.length - position;
    const count = Math.min(rest, HEAD_WINDOW, this.settings.limits.maxHeadBytes);
    set.call(this.kernel.octets, position === 0 && count === rest ? chunk : this.ahead(count), INPUT);
    return count;
  }

  /** Waits for a head that was not found whole in the first `put` octets, for which the kernel returned `status`. */
  protected readRest(what: number, status: number, put: number): number {
    // The head goes on in the next chunk: all of this one has been scanned.
    if (status === NEED_DATA && put > 0 && put === this.chunk.length - this.position) {
      this.noteSound();
      this.absorb(put);
    }
    return this.readElement(what, this.settings.limits.maxHeadBytes, "HEAD_TOO_LARGE", "INCOMPLETE_HEAD");
  }

  /**
   * Waits for a whole chunk-size line. A usual one is found at once, which saves 10 ns; for the last one, at the end of
   * what was fed, 60.
   */
  protected readChunkSizeLine(): number {
    const { kernel, chunk, position } = this;
    const { octets } = kernel;
    const { maxChunkLineBytes } = this.settings.limits;
    if (this.partialLength === 0) {
      const rest = chunk.length - position;
      const count = rest < LINE_WINDOW ? rest : LINE_WINDOW;
      for (let i = 0; i < count; i++) octets[INPUT + i] = chunk[position + i] as number;
      const length = this.scanChunkSizeLine(INPUT + count);
      if (length > 0 && length <= maxChunkLineBytes) return length;
    }
    return this.readElement(CHUNK_LINE, maxChunkLineBytes, "CHUNK_LINE_TOO_LONG", "INCOMPLETE_BODY");
  }

  /**
   * Waits for a whole head, trailer section or chunk-size line. Returns its length, with the kernel's findings in its
   * memory, or 0 when more octets are needed. However the input is split, each octet is searched a bounded number of
   * times.
   */
  protected readElement(what: number, most: number, tooLarge: ErrorCode, incomplete: ErrorCode): number {
    while (true) {
      const fresh = this.fresh();
      const { partialLength } = this;
      if (fresh === 0) {
        if (this.ended && partialLength > 0) throw this.lastFault(what, partialLength, incomplete);
        return 0;
      }
      const limit = Math.min(partialLength + fresh, most);
      // Without a LF too the first octet may be at fault; if it is a CR, that shows with the second.
      if (partialLength < 2 || this.hasLineFeed(partialLength, limit)) {
        let window = what === CHUNK_LINE ? LINE_WINDOW : HEAD_WINDOW;
        for (let end = partialLength; end < limit; window *= 4) {
          end = Math.min(end + window, limit);
          const length = this.scanElement(what, end);
          if (length > 0) return length;
        }
      }
      if (limit < partialLength + fresh) throw this.lastFault(what, limit, tooLarge);
      this.absorb(fresh);
    }
  }

  /**
   * Scans the element's first `end` octets, skipping those known to be sound. Returns its length, or 0 when it is not
   * complete. A fault is reported when its line is complete, or at once when it is the very first octet: so every split
   * gives the same error at the same moment.
   */
  private scanElement(what: number, end: number): number {
    const { resume } = this;
    const { head } = this.kernel;
    let status = resume === 0 ? this.scan(what, 0, end) : this.scan(this.resumed, resume, end);
    if (status === NEED_DATA) {
      this.noteSound();
      return 0;
    }
    if (resume > 0) {
      this.resetResume();
      status = this.scan(what, 0, end);
    }
    if (status > 0) return status;
    const at = head[HEAD_FAULT_AT >> 2] as number;
    if (at === 0 || this.hasLineFeed(at, end)) throw this.elementFault(status, at);
    return 0;
  }

  /** Notes how far the kernel found the element to be sound. */
  private noteSound(): void {
    const { head } = this.kernel;
    const sound = head[HEAD_RESUME >> 2] as number;
    if (sound === 0) return;
    this.fieldsSeen += head[HEAD_FIELD_COUNT >> 2] as number;
    this.resumed = this.fieldsSeen > 0 && head[HEAD_LEFT_OUT >> 2] !== sound ? RESUMED : TRAILERS;
    this.resume += sound;
  }

  protected resetResume(): void {
    this.resume = 0;
    this.fieldsSeen = 0;
  }

  private scan(what: number, from: number, end: number): number {
    const { kernel } = this;
    const { limits, allow } = this.settings;
    const last = kernel.put(this, from, end);
    if (what === CHUNK_LINE) return this.scanChunkSizeLine(last);
    return kernel.scanHead(what, INPUT, last, allow, limits.maxFields - this.fieldsSeen, limits.maxTargetBytes);
  }

  /** Scans what is on the scratch page before `last`. */
  private scanChunkSizeLine(last: number): number {
    const { limits, allow } = this.settings;
    const { maxChunkExtensionBytes, maxChunkExtensionTotalBytes, maxChunkSizeDigits } = limits;
    const extensions = Math.min(maxChunkExtensionBytes, maxChunkExtensionTotalBytes - this.extensionOctets);
    return this.kernel.scanChunkLine(INPUT, last, allow, maxChunkSizeDigits, extensions);
  }

  /**
   * Returns whether a LF is in [from, end) of the element. Skips absorbed octets, which were searched when they came.
   */
  private hasLineFeed(from: number, end: number): boolean {
    const { partialLength, chunk, position } = this;
    const first = position + Math.max(from - partialLength, 0);
    const last = position + end - partialLength;
    if (last === first + 1) return chunk[first] === LF;
    const found = chunk.indexOf(LF, first);
    return found >= 0 && found < last;
  }

  /**
   * Makes the error for an element that will never be whole: the fault in its first `end` octets, or `code` after
   * them.
   */
  private lastFault(what: number, end: number, code: ErrorCode): RemoteProtocolError {
    this.resetResume();
    const status = this.scan(what, 0, end);
    if (status < 0) return this.elementFault(status, this.kernel.head[HEAD_FAULT_AT >> 2] as number);
    return this.fault(code, this.offset + end);
  }

  private elementFault(status: number, at: number): RemoteProtocolError {
    const code = faultCode(status);
    const header = code === "BAD_FIELD_VALUE" ? this.fieldNameBefore(at) : undefined;
    return this.fault(code, this.offset + at, { header, octet: this.octetAt(at) });
  }

  /**
   * Returns the lower-case name of the field whose value, folds included, holds the octet `at` of the element, which is
   * on the scratch page. Undefined when no colon precedes it, which can be where src/compat drops lines that are no
   * field.
   */
  private fieldNameBefore(at: number): string | undefined {
    const text = decodeLatin1(this.kernel.octets, INPUT, INPUT + at, true);
    const line = text.split(/\n(?![\t ])/).pop() as string;
    const colon = line.indexOf(":");
    return colon < 0 ? undefined : line.slice(0, colon).toLowerCase();
  }
}
