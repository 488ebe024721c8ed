// RFC 7541: fields in, header blocks out. This file looks the fields up in the tables and makes records of them; the
// kernel checks them by the rules that it checks received fields by, and writes the block.
import {
  BLOCK_SIZE,
  CHECKED,
  INDEXED,
  LITERAL,
  LITERAL_INDEXED,
  LITERAL_NEVER_INDEXED,
  MAX_FIELDS_AT_ONCE,
  PLAIN,
  SIZE_UPDATE,
} from "../../assembly/layout-http2.ts";
import { LocalProtocolError } from "../shared/errors.ts";
import { checkedPair, type FieldPair, fieldPairs, type HeaderInput, isMarked } from "../shared/field-pairs.ts";
import { checkFlag, checkNames } from "../shared/options.ts";
import { isForbiddenTrailer } from "../shared/trailers.ts";
import { FIELD_WORDS, type HpackKernel, hpackFault, hpackKernel } from "../wasm/hpack.ts";
import { isLatin1 } from "../wasm/text.ts";
import type { Http2RequestPart } from "./events.ts";
import { EncoderTable, FIXED_NAMES, type FixedName } from "./hpack-encoder-table.ts";
import { DEFAULT_TABLE_SIZE, ENTRY_OVERHEAD, octetCount } from "./hpack-table.ts";
import type { CheckedFields, EncodedMessage } from "./hpack-types.ts";
import { type MessageFault, requestFault, statusFault } from "./message-rules.ts";

/** The options of an `HpackEncoder`; all may be left out. */
export interface HpackEncoderOptions {
  /** The largest size of the dynamic table, in octets, whatever the peer allows. Default 4096. */
  readonly maxTableSize?: number | undefined;
  /** True (the default) to write strings in Huffman code where that is not longer; false for never. */
  readonly huffman?: boolean | undefined;
  /**
   * Which fields are inserted into the table: those that are likely to repeat (`"selective"`, the default), or every
   * field that is not sensitive (`"all"`).
   */
  readonly indexing?: "selective" | "all" | undefined;
}

/** Octets that an indexed representation, or the numbers of a literal one, take at most. */
const RECORD_OCTETS = 18;

/** An entry that takes a larger share of the table would evict too many others (nghttp2 does the same). */
const LARGEST_SHARE = 3 / 4;

/** Chars below which a cookie could be guessed. */
const SHORT_SECRET = 20;

const COLON = 0x3a;

/** In place of the names once a block is written; never added to. */
const NO_NAMES: string[] = [];

/**
 * Encodes header blocks, which must be sent in the order in which they were encoded: each may change the table that
 * later ones refer to.
 * @example
 * const encoder = new HpackEncoder();
 * socket.write(encoder.encode([[":status", "200"], ["content-type", "text/html"], ["x-token", "s3cret", true]]));
 */
export class HpackEncoder {
  private readonly table = new EncoderTable();
  private readonly kernel: HpackKernel;
  private readonly ownMax: number;
  private readonly coding: number;
  private readonly isSelective: boolean;
  /** The size that the table is to have, and the smallest that was asked for since the last block. */
  private wanted: number;
  private smallest: number;
  /** The block being made: the number of its records, their literal names and values, and the name of each. */
  private count = 0;
  private text = "";
  private names: string[] = NO_NAMES;
  private contentLength = -1;
  private host: string | null = null;

  /**
   * @throws TypeError for an unknown option or a wrong type, RangeError for an impossible one
   * @throws LocalProtocolError NO_KERNEL
   */
  constructor(options: HpackEncoderOptions = {}) {
    checkNames("options", options, ["maxTableSize", "huffman", "indexing"]);
    const { maxTableSize = DEFAULT_TABLE_SIZE, huffman = true, indexing = "selective" } = options;
    checkFlag("huffman", huffman);
    if (indexing !== "selective" && indexing !== "all") throw new RangeError(`indexing cannot be ${String(indexing)}`);
    this.coding = huffman ? 0 : PLAIN;
    this.isSelective = indexing === "selective";
    this.ownMax = octetCount("maxTableSize", maxTableSize);
    this.kernel = hpackKernel();
    this.wanted = Math.min(this.ownMax, DEFAULT_TABLE_SIZE);
    this.smallest = this.wanted;
  }

  /** The size of the entries now in the dynamic table, in octets (RFC 7541 4.1). */
  get tableSize(): number {
    this.table.takeBack();
    return this.table.size;
  }

  /**
   * Sets the table size that the peer allows: its SETTINGS_HEADER_TABLE_SIZE, 4096 until it announces another. When the
   * size changes, the next block begins with a size update; of several changes also with one to the smallest (RFC 7541
   * 4.2).
   * @throws TypeError, RangeError for anything but a whole number from 0 to 2^32-1
   */
  setMaxTableSize(octets: number): void {
    this.wanted = Math.min(octetCount("maxTableSize", octets), this.ownMax);
    this.smallest = Math.min(this.smallest, this.wanted);
  }

  /**
   * Returns one header block of these fields, in their order, as a fresh array. Names are sent as given, and names and
   * values may be any octets: whether they make a valid message is for the caller to check. A third member `true` makes
   * a field sensitive (never indexed): for secrets that could be guessed from the sizes of blocks (RFC 7541 7.1).
   * @throws LocalProtocolError for a char above 0xff, more than 4,096 fields, or more than about 256 KiB: nothing has
   * changed
   * @throws TypeError for anything but pairs of strings
   */
  encode(fields: HeaderInput): Uint8Array {
    // Before the block is begun: the iterable that yields the pairs may encode other blocks meanwhile.
    const pairs = fieldPairs(fields);
    this.begin();
    for (const pair of pairs) {
      const [name, value, sensitive] = checkedPair(pair);
      this.add(name, value, isMarked(sensitive));
    }
    return this.write(false).slice();
  }

  /**
   * @hidden For the connection. `scheme` and `path` are null in a plain CONNECT, `protocol` in all but an extended one;
   * the parts of `sensitive` are never indexed.
   */
  encodeRequest(
    method: string,
    scheme: string | null,
    authority: string | null,
    path: string | null,
    protocol: string | null,
    headers: HeaderInput | undefined,
    sensitive: readonly Http2RequestPart[] = [],
  ): EncodedMessage {
    this.begin();
    this.add(":method", method, sensitive.includes("method"));
    if (scheme !== null) this.add(":scheme", scheme, sensitive.includes("scheme"));
    if (authority !== null) this.add(":authority", authority, sensitive.includes("authority"));
    if (path !== null) this.add(":path", path, sensitive.includes("target"));
    if (protocol !== null) this.add(":protocol", protocol, sensitive.includes("protocol"));
    this.addFields(fieldPairs(headers));
    refuse(requestFault({ method, scheme, authority, path, protocol }, this.host));
    return { block: this.write(true), contentLength: this.contentLength };
  }

  /** @hidden For the connection. */
  encodeResponse(status: number, headers: HeaderInput | undefined): EncodedMessage {
    if (!Number.isInteger(status) || status < 100 || status > 999) {
      throw new LocalProtocolError("BAD_STATUS", { header: ":status", seen: String(status) });
    }
    refuse(statusFault(status));
    this.begin();
    this.add(":status", String(status), false);
    this.addFields(fieldPairs(headers));
    return { block: this.write(true), contentLength: this.contentLength };
  }

  /** @hidden For the connection. Checks trailers and returns them, to be encoded when it is their turn. */
  checkTrailers(headers: HeaderInput | undefined): CheckedFields {
    const fields = fieldPairs(headers).map((pair): FieldPair => {
      const [name, value, sensitive] = checkedPair(pair);
      const lower = lowerCase(name);
      if (isForbiddenTrailer(lower)) throw new LocalProtocolError("FORBIDDEN_TRAILER", { header: lower });
      return isMarked(sensitive) ? [lower, value, true] : [lower, value];
    });
    this.begin();
    this.addFields(fields);
    this.check(true);
    this.table.takeBack();
    return fields;
  }

  /**
   * @hidden For the connection. Returns the block of checked fields, a view that the next call of any codec overwrites.
   */
  encodeChecked(fields: CheckedFields): Uint8Array {
    this.begin();
    for (const [name, value, sensitive] of fields) this.add(name, value, sensitive === true);
    return this.write(false);
  }

  /** Begins a block. Whatever an earlier block that was refused left is undone. */
  private begin(): void {
    const { table } = this;
    table.takeBack();
    this.count = 0;
    this.text = "";
    this.names = [];
    this.contentLength = -1;
    this.host = null;
    if (this.smallest < table.maxSize) this.resize(this.smallest);
    if (this.wanted !== table.maxSize) this.resize(this.wanted);
  }

  private resize(octets: number): void {
    this.table.resize(octets);
    this.record(SIZE_UPDATE, octets, "", "", "");
  }

  /** Adds the fields of a message without its pseudo-fields. */
  private addFields(pairs: readonly FieldPair[]): void {
    for (let i = 0; i < pairs.length; i++) {
      const [given, value, sensitive] = checkedPair(pairs[i] as FieldPair);
      const name = lowerCase(given);
      if (name.charCodeAt(0) === COLON) {
        const seen = "what it says is a member of what is sent: method, target, scheme, authority, protocol, status";
        throw new LocalProtocolError("MISPLACED_PSEUDO_FIELD", { header: name, seen });
      }
      if (name === "content-length") this.noteLength(value);
      else if (name === "host") this.noteHost(value);
      this.add(name, value, isMarked(sensitive) || isSecret(name, value));
    }
  }

  private noteLength(value: string): void {
    const { contentLength } = this;
    this.contentLength = Number(value);
    if (contentLength < 0) return;
    const code = contentLength === this.contentLength ? "REPEATED_CONTENT_LENGTH" : "CONFLICTING_CONTENT_LENGTH";
    throw new LocalProtocolError(code, { header: "content-length" });
  }

  private noteHost(value: string): void {
    if (this.host !== null) throw new LocalProtocolError("DUPLICATE_HOST", { header: "host" });
    this.host = value;
  }

  /** Adds a field: by the index of name and value, else by the index of its name, else as a literal (RFC 7541 2.4). */
  private add(name: string, value: string, sensitive: boolean): void {
    const { table } = this;
    const known = table.find(name);
    const fixed = known === undefined ? FIXED_NAMES.get(name) : known.fixed;
    if (!sensitive) {
      const whole = fixed?.values.get(value) ?? table.indexOf(known?.numberOf(value));
      if (whole > 0) return this.record(INDEXED, whole, name, "", "");
    }
    const index = fixed?.index ?? table.indexOf(known?.newest);
    const isKept = !sensitive && this.isWorthKeeping(name, value, fixed);
    const kind = sensitive ? LITERAL_NEVER_INDEXED : isKept ? LITERAL_INDEXED : LITERAL;
    this.record(kind | ((known?.rule ?? 0) << 8), index, name, index === 0 ? name : "", value);
    if (isKept) table.insert(name, value, known, fixed);
  }

  private isWorthKeeping(name: string, value: string, fixed: FixedName | undefined): boolean {
    const { table } = this;
    const size = name.length + value.length + ENTRY_OVERHEAD;
    if (!this.isSelective) return size <= table.maxSize;
    if (fixed !== undefined && fixed.changing >= 0 && !table.comesAgain(fixed.changing, value)) return false;
    return size <= table.maxSize * LARGEST_SHARE;
  }

  private record(kind: number, index: number, name: string, literalName: string, value: string): void {
    const { fields } = this.kernel;
    const at = FIELD_WORDS * this.count++;
    fields[at] = kind;
    fields[at + 1] = index;
    fields[at + 2] = literalName.length;
    fields[at + 3] = value.length;
    this.names.push(name);
    this.text = this.text + literalName + value;
  }

  /** Returns the block as a view, and commits the table: the peer's will be the same once it has decoded the block. */
  private write(isChecked: boolean): Uint8Array {
    const end = this.check(isChecked);
    this.table.keep();
    this.smallest = this.wanted;
    this.text = "";
    this.names = NO_NAMES;
    return this.kernel.blockUpTo(end);
  }

  /** Has the kernel check and write the block; returns where it ends. */
  private check(isChecked: boolean): number {
    const { kernel, count, text, names } = this;
    if (count > MAX_FIELDS_AT_ONCE || text.length + RECORD_OCTETS * count > BLOCK_SIZE) {
      throw new LocalProtocolError("FIELDS_TOO_LARGE", {
        seen: `none are sent above ${MAX_FIELDS_AT_ONCE} or ${BLOCK_SIZE}`,
      });
    }
    if (!kernel.putText(text)) throw this.charFault();
    const end = kernel.encodeBlock(count, this.coding | (isChecked ? CHECKED : 0));
    if (end > 0) return end;
    throw new LocalProtocolError(hpackFault(-end), { header: names[kernel.faultAt] });
  }

  /** Finds the field with a char above 0xff. */
  private charFault(): LocalProtocolError {
    const { fields } = this.kernel;
    for (let i = 0, start = 0; ; i++) {
      const nameEnd = start + (fields[FIELD_WORDS * i + 2] as number);
      const end = nameEnd + (fields[FIELD_WORDS * i + 3] as number);
      const header = this.names[i];
      if (!isLatin1(this.text.slice(start, nameEnd))) return new LocalProtocolError("BAD_FIELD_NAME", { header });
      if (!isLatin1(this.text.slice(nameEnd, end))) return new LocalProtocolError("BAD_FIELD_VALUE", { header });
      start = end;
    }
  }
}

/**
 * KELVIN SIGN is the only char above 0xff whose lower case is a letter of ASCII: "k". It is looked for in names with
 * capitals only, and strings of one octet per char, as names are, cannot contain it: V8 knows that at once.
 */
function lowerCase(given: string): string {
  const name = given.toLowerCase();
  if (name !== given && given.includes("\u212a")) throw new LocalProtocolError("BAD_FIELD_NAME", { header: name });
  return name;
}

/**
 * Tells whether a message's field is sensitive even if not marked so: those that nghttp2 and hyper-h2 treat as such.
 */
function isSecret(name: string, value: string): boolean {
  return (
    name === "authorization" || name === "proxy-authorization" || (name === "cookie" && value.length < SHORT_SECRET)
  );
}

/** Throws a fault, if there is one. @throws LocalProtocolError */
function refuse(fault: MessageFault | null): void {
  if (fault !== null) throw new LocalProtocolError(fault.code, { header: fault.header });
}
