// RFC 7541: header blocks in, fields out. The kernel turns a block into records and text; this file looks the records
// up in the tables. Indexed fields are strings already: none of their octets is looked at again.
import {
  BAD_FIELD_NAME,
  BLOCK,
  BLOCK_SIZE,
  FIELD_NAME_NOT_LOWER_CASE,
  INDEXED,
  LITERAL_INDEXED,
  LITERAL_NEVER_INDEXED,
  SIZE_UPDATE,
} from "../../assembly/layout-http2.ts";
import { type ErrorCode, RemoteProtocolError } from "../shared/errors.ts";
import type { FieldPair } from "../shared/field-pairs.ts";
import { checkOctets } from "../shared/octets.ts";
import { checkNames } from "../shared/options.ts";
import { FIELD_WORDS, type HpackKernel, hpackFault, hpackKernel } from "../wasm/hpack.ts";
import { FieldList, type FieldSink } from "./field-list.ts";
import {
  DEFAULT_TABLE_SIZE,
  DynamicTable,
  ENTRY_OVERHEAD,
  Entry,
  FIRST_DYNAMIC,
  octetCount,
  staticEntries,
} from "./hpack-table.ts";
import type { DecodedMessage, MessageKind, MessageLimits } from "./hpack-types.ts";
import { MessageReader } from "./message-reader.ts";

/** The options of an `HpackDecoder`; all may be left out. */
export interface HpackDecoderOptions {
  /**
   * The largest size of the dynamic table that the peer may choose, in octets (SETTINGS_HEADER_TABLE_SIZE). Default
   * 4096.
   */
  readonly maxTableSize?: number | undefined;
  /** Octets of the names and values in one block, plus 32 for each field (RFC 9113 6.5.2). Default 65536. */
  readonly maxHeaderBytes?: number | undefined;
  /** Fields in one block. Default 4096. */
  readonly maxFields?: number | undefined;
}

/** From a text of more chars, an entry's strings are decoded on their own: a slice would keep the whole text alive. */
const LONG_TEXT = 1024;

/** Above any table size that can be announced. */
const NO_LIMIT = 2 ** 32;

/**
 * Decodes header blocks, which must be given in the order in which they were sent: each may change the table that later
 * ones refer to.
 * @example
 * const decoder = new HpackDecoder();
 * for (const [name, value, sensitive] of decoder.decode(block)) console.log(name, value);
 */
export class HpackDecoder {
  private readonly table = new DynamicTable<Entry>();
  private readonly kernel: HpackKernel;
  private readonly fixed: readonly Entry[];
  private readonly limits: MessageLimits;
  private max: number;
  /** Octets of the blocks that `decode` decoded. */
  private decoded = 0;
  /**
   * A maximum below the table's size was announced: the peer's next block must begin with a size update to at most
   * this. NO_LIMIT when none is outstanding.
   */
  private due = NO_LIMIT;
  /** What was wrong with a block that could not be decoded: from then on the table is not the encoder's. */
  private failure: RemoteProtocolError | null = null;

  /**
   * @throws TypeError for an unknown option or a wrong type, RangeError for an impossible one
   * @throws LocalProtocolError NO_KERNEL
   */
  constructor(options: HpackDecoderOptions = {}) {
    checkNames("options", options, ["maxTableSize", "maxHeaderBytes", "maxFields"]);
    const { maxTableSize = DEFAULT_TABLE_SIZE, maxHeaderBytes = 65536, maxFields = 4096 } = options;
    this.limits = {
      maxHeaderBytes: octetCount("maxHeaderBytes", maxHeaderBytes),
      maxFields: octetCount("maxFields", maxFields),
    };
    this.kernel = hpackKernel();
    this.fixed = staticEntries();
    this.max = octetCount("maxTableSize", maxTableSize);
  }

  /**
   * The largest size of the dynamic table that the peer may choose, in octets. Set it when the peer has acknowledged a
   * SETTINGS_HEADER_TABLE_SIZE: a peer whose table is larger must begin its next block by reducing it (RFC 7541 4.2).
   * @throws TypeError, RangeError when it is set to anything but a whole number from 0 to 2^32-1
   */
  get maxTableSize(): number {
    return this.max;
  }

  set maxTableSize(octets: number) {
    this.max = octetCount("maxTableSize", octets);
    if (octets < this.table.maxSize && octets < this.due) this.due = octets;
  }

  /** The size of the entries now in the dynamic table, in octets (RFC 7541 4.1). */
  get tableSize(): number {
    return this.table.size;
  }

  /**
   * Returns the fields of one complete header block, in order; a sensitive (never-indexed) one has `true` as third
   * member.
   * @throws RemoteProtocolError when the block is not valid HPACK; the same error again at every later call, because
   * the table is out of step.
   * FIELDS_TOO_LARGE when the fields exceed the limits: the table is in step, and the next block may be decoded.
   * `offset` is where the block began, in octets of all the blocks decoded before it.
   * @throws TypeError for anything but a Uint8Array
   */
  decode(block: Uint8Array): FieldPair[] {
    // Shared memory is allowed here: the block is copied before it is read.
    if (!(block instanceof Uint8Array)) checkOctets("decode", block);
    if (this.failure !== null) throw this.failure;
    const list = new FieldList(this.limits);
    const fault = this.read(block, list);
    const offset = this.decoded;
    if (fault !== null) {
      this.failure = new RemoteProtocolError(fault, offset, "server");
      throw this.failure;
    }
    this.decoded += block.length;
    if (list.tooLarge) throw new RemoteProtocolError("FIELDS_TOO_LARGE", offset, "server");
    return list.fields;
  }

  /** @hidden For the connection. Nothing that a peer sends makes it throw. */
  decodeMessage(block: Uint8Array, kind: MessageKind, limits: MessageLimits): DecodedMessage {
    const reader = new MessageReader(kind, limits);
    reader.finish(this.read(block, reader));
    return reader;
  }

  /** Reads a block into the sink. Returns the code of its fault, or null. */
  private read(block: Uint8Array, sink: FieldSink): ErrorCode | null {
    const { kernel } = this;
    if (block.length > BLOCK_SIZE) return "HEADER_BLOCK_TOO_LARGE";
    const end = kernel.put(block);
    for (let position = BLOCK; position < end; ) {
      position = kernel.decodeBlock(position, end, position === BLOCK ? 1 : 0);
      if (position < 0) return hpackFault(-position);
      const fault = this.take(sink);
      if (fault !== null) return fault;
    }
    this.table.trim();
    return null;
  }

  /** Takes the records that the kernel made of a block. */
  private take(sink: FieldSink): ErrorCode | null {
    const { kernel, table, fixed } = this;
    const { fields } = kernel;
    const text = kernel.takeText();
    let start = 0;
    for (let at = 0, last = FIELD_WORDS * kernel.count; at < last; at += FIELD_WORDS) {
      const word = fields[at] as number;
      const index = fields[at + 1] as number;
      const kind = word & 0xff;
      if (kind === SIZE_UPDATE) {
        if (index > this.max || index > this.due) return "BAD_TABLE_SIZE_UPDATE";
        this.due = NO_LIMIT;
        table.resize(index);
        continue;
      }
      if (this.due !== NO_LIMIT) return "MISSING_TABLE_SIZE_UPDATE";
      const entry = index < FIRST_DYNAMIC ? fixed[index] : table.at(index - FIRST_DYNAMIC);
      if (entry === undefined) return "BAD_HPACK_INDEX";
      if (kind === INDEXED) {
        sink.add(entry.name, entry.value, entry.traits, entry.size, false);
        continue;
      }
      const nameEnd = fields[at + 2] as number;
      const end = fields[at + 3] as number;
      const traits = index < FIRST_DYNAMIC ? word >> 8 : this.traitsBehind(entry, word >> 8, nameEnd, end);
      if (kind === LITERAL_INDEXED) {
        const isShort = text.length <= LONG_TEXT;
        const name = index > 0 ? entry.name : isShort ? text.slice(start, nameEnd) : kernel.takePart(start, nameEnd);
        const value = isShort ? text.slice(nameEnd, end) : kernel.takePart(nameEnd, end);
        const made = new Entry(name, value, traits);
        table.add(made);
        sink.add(name, value, traits, made.size, false);
      } else {
        const name = index > 0 ? entry.name : text.slice(start, nameEnd);
        const value = text.slice(nameEnd, end);
        sink.add(name, value, traits, name.length + value.length + ENTRY_OVERHEAD, kind === LITERAL_NEVER_INDEXED);
      }
      start = end;
    }
    return null;
  }

  /**
   * Returns the traits of a value whose name is in the dynamic table: the kernel does not know that name, and has
   * checked the value as that of an ordinary field.
   */
  private traitsBehind(named: Entry, traits: number, start: number, end: number): number {
    const rule = named.traits & 0xff;
    const fault = named.traits >> 8;
    if (fault === BAD_FIELD_NAME || fault === FIELD_NAME_NOT_LOWER_CASE) return named.traits;
    return rule === 0 ? traits : rule | (this.kernel.checkValue(rule, start, end) << 8);
  }
}
