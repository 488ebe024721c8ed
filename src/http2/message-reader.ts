// Reads decoded fields as a message: RFC 9113 8.1 to 8.3 with RFC 8441. Each field by itself was checked by the kernel,
// and the tables keep the result; this file checks fields together: their order, repetitions, and those that a message
// needs.
import {
  AUTHORITY_FIELD,
  BAD_HOST,
  CONTENT_LENGTH,
  COOKIE,
  HOST_FIELD,
  METHOD,
  PATH,
  PROTOCOL,
  SCHEME,
  STATUS,
  UNKNOWN_PSEUDO,
} from "../../assembly/layout-http2.ts";
import type { ErrorCode } from "../shared/errors.ts";
import { type HeaderFields, NO_FIELDS } from "../shared/header-fields.ts";
import { ReadyFields } from "../shared/ready-fields.ts";
import { isForbiddenTrailer } from "../shared/trailers.ts";
import { hpackFault } from "../wasm/hpack.ts";
import type { Http2RequestPart } from "./events.ts";
import type { FieldSink } from "./field-list.ts";
import type { DecodedMessage, MessageKind, MessageLimits } from "./hpack-types.ts";
import { type MessageFault, missing, requestFault, statusFault } from "./message-rules.ts";

export class MessageReader implements FieldSink, DecodedMessage {
  fault: ErrorCode | null = null;
  malformed: ErrorCode | null = null;
  header: string | null = null;
  tooLarge = false;
  headers: HeaderFields = NO_FIELDS;
  method: string | null = null;
  scheme: string | null = null;
  authority: string | null = null;
  path: string | null = null;
  protocol: string | null = null;
  sensitiveParts: Http2RequestPart[] | undefined;
  status = 0;
  contentLength = -1;
  private host: string | null = null;
  private readonly kind: MessageKind;
  /** Octets and fields left of the limits. */
  private octets: number;
  private count: number;
  /** True after the first field that is not a pseudo-field. */
  private hasRegular = false;
  /** The index of the cookie's value in the list; -1 when there is none. */
  private cookieAt = -1;
  private readonly list: string[] = [];
  private sensitive: number[] | null = null;

  constructor(kind: MessageKind, { maxHeaderBytes, maxFields }: MessageLimits) {
    this.kind = kind;
    this.octets = maxHeaderBytes;
    this.count = maxFields;
  }

  add(name: string, value: string, traits: number, size: number, sensitive: boolean): void {
    this.octets -= size;
    if (this.octets < 0 || --this.count < 0) {
      this.tooLarge = true;
      return;
    }
    if (traits === 0) this.keep(name, value, sensitive);
    else this.addRuled(name, value, traits, sensitive);
  }

  /** Completes the message: to be called when all fields were added, or with the fault of the block. */
  finish(fault: ErrorCode | null): void {
    this.fault = fault;
    if (fault !== null || this.tooLarge) return;
    if (this.list.length > 0) this.headers = new ReadyFields(this.list, this.sensitive);
    if (this.malformed !== null || this.kind === "trailers") return;
    const wrong = this.kind === "request" ? requestFault(this, this.host) : this.responseFault();
    if (wrong !== null) this.refuse(wrong.code, wrong.header);
    this.authority ??= this.host;
  }

  private responseFault(): MessageFault | null {
    return this.status === 0 ? missing(":status") : statusFault(this.status);
  }

  private keep(name: string, value: string, sensitive: boolean): void {
    this.hasRegular = true;
    if (this.kind === "trailers" && isForbiddenTrailer(name)) return;
    if (sensitive) {
      this.sensitive ??= [];
      this.sensitive.push(this.list.length >> 1);
    }
    this.list.push(name, value);
  }

  private addRuled(name: string, value: string, traits: number, sensitive: boolean): void {
    const rule = traits & 0xff;
    const fault = traits >> 8;
    const isRequest = this.kind === "request";
    // Only in a request does a Host mean anything.
    if (fault > 0 && (fault !== BAD_HOST || isRequest)) this.refuse(hpackFault(fault), name);
    else if (rule <= UNKNOWN_PSEUDO) this.addPseudo(rule, name, value, sensitive);
    else if (rule === COOKIE && this.cookieAt >= 0) this.list[this.cookieAt] += `; ${value}`;
    else {
      // Trailers keep no cookie that another crumb could be joined to.
      if (rule === COOKIE && this.kind !== "trailers") this.cookieAt = this.list.length + 1;
      else if (rule === CONTENT_LENGTH) this.addLength(name, value);
      else if (rule === HOST_FIELD && isRequest) this.addHost(name, value);
      this.keep(name, value, sensitive);
    }
  }

  private refuse(code: ErrorCode, header: string): void {
    if (this.malformed !== null) return;
    this.malformed = code;
    this.header = header;
  }

  private addPseudo(rule: number, name: string, value: string, sensitive: boolean): void {
    if (this.hasRegular) return this.refuse("MISPLACED_PSEUDO_FIELD", name);
    if (this.kind !== (rule === STATUS ? "response" : "request")) return this.refuse("UNKNOWN_PSEUDO_FIELD", name);
    if (!this.set(rule, value)) return this.refuse("DUPLICATE_PSEUDO_FIELD", name);
    if (sensitive) this.markPart(rule === PATH ? "target" : (name.slice(1) as Http2RequestPart));
  }

  private markPart(part: Http2RequestPart): void {
    this.sensitiveParts ??= [];
    this.sensitiveParts.push(part);
  }

  /** Sets a pseudo-field. Returns false when it was set already. */
  private set(rule: number, value: string): boolean {
    switch (rule) {
      case METHOD:
        if (this.method !== null) return false;
        this.method = value;
        return true;
      case SCHEME:
        if (this.scheme !== null) return false;
        this.scheme = value;
        return true;
      case AUTHORITY_FIELD:
        if (this.authority !== null) return false;
        this.authority = value;
        return true;
      case PATH:
        if (this.path !== null) return false;
        this.path = value;
        return true;
      case PROTOCOL:
        if (this.protocol !== null) return false;
        this.protocol = value;
        return true;
      default:
        if (this.status !== 0) return false;
        this.status = Number(value);
        return true;
    }
  }

  private addLength(name: string, value: string): void {
    const length = Number(value);
    if (this.contentLength < 0) this.contentLength = length;
    else this.refuse(this.contentLength === length ? "REPEATED_CONTENT_LENGTH" : "CONFLICTING_CONTENT_LENGTH", name);
  }

  private addHost(name: string, value: string): void {
    if (this.host === null) this.host = value;
    else this.refuse("DUPLICATE_HOST", name);
  }
}
