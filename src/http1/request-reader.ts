// Octets in, events out: requests, which only servers read.
import {
  ALLOW_BARE_LF,
  AUTHORITY,
  CODING,
  HEAD_FACTS,
  HEAD_FIELD_COUNT,
  HEAD_FIELDS_END,
  HEAD_HOST_AT,
  HEAD_METHOD,
  HEAD_METHOD_END,
  HEAD_RECORDS,
  HEAD_TARGET_END,
  HEAD_VERSION,
  HIGH,
  HOST,
  HOST_BAD,
  HOST_REPEATED,
  INPUT,
  LENGTH,
  METHOD_CONNECT,
  METHOD_OTHER,
  REQUEST,
} from "../../assembly/layout.ts";
import { HeaderFields } from "../shared/header-fields.ts";
import { decodeLatin1 } from "../wasm/text.ts";
import { CR, LF } from "./elements.ts";
import type { RequestEvent } from "./events.ts";
import { usualFraming } from "./framing.ts";
import { METHOD_NAMES } from "./methods.ts";
import { Receiver } from "./readers.ts";

const HOST_FACTS = HOST | HOST_REPEATED | HOST_BAD;

export class RequestReceiver extends Receiver {
  /** Reads the next request; undefined when more octets are needed. */
  readRequest(): RequestEvent | undefined {
    if (!this.beginsAbove(CR) && !this.skipEmptyLines()) return undefined;
    const { kernel, settings } = this;
    const { head, octets } = kernel;
    const length = this.readHead(REQUEST);
    if (length === 0) return undefined;
    this.emptyLines = 0;
    const facts = head[HEAD_FACTS >> 2] as number;
    const version = head[HEAD_VERSION >> 2] as number;
    const method = head[HEAD_METHOD >> 2] as number;
    this.facts = facts;
    this.version = version;
    this.method = method;
    if (version !== 11 || method === METHOD_CONNECT || (facts & HOST_FACTS) !== HOST) this.checkRequest();
    const framing = facts & (CODING | LENGTH) ? usualFraming(facts, version, kernel.length) : 0;
    this.framing =
      framing !== undefined && framing <= settings.limits.maxBodyBytes ? framing : this.readFraming(true, method, 0);
    const count = head[HEAD_FIELD_COUNT >> 2] as number;
    const start = head[HEAD_RECORDS >> 2] as number;
    const text = decodeLatin1(octets, INPUT - start, INPUT + length, (facts & HIGH) !== 0);
    const methodEnd = start + (head[HEAD_METHOD_END >> 2] as number);
    const { offset } = this;
    this.consume(length);
    return {
      type: "request",
      method: method === METHOD_OTHER ? text.slice(start, methodEnd) : (METHOD_NAMES[method] as string),
      target: text.slice(methodEnd + 1, start + (head[HEAD_TARGET_END >> 2] as number)),
      httpVersion: version === 11 ? "1.1" : "1.0",
      headers: new HeaderFields(text, count, start),
      offset,
    };
  }

  /** Waits for a whole head. Returns its length, or 0 when more octets are needed. */
  protected readHead(what: number): number {
    const { kernel, settings } = this;
    const { maxFields, maxTargetBytes } = settings.limits;
    const put = this.putAhead();
    const status = put > 0 ? kernel.scanHead(what, INPUT, INPUT + put, settings.allow, maxFields, maxTargetBytes) : 0;
    return status > 0 ? status : this.readRest(what, status, put);
  }

  /** Skips the empty lines that may precede a request (RFC 9112 2.2). Returns false when more octets are needed. */
  protected skipEmptyLines(): boolean {
    const { settings } = this;
    while (true) {
      const first = this.octetAt(0);
      if (first !== CR && first !== LF) return first !== undefined;
      const second = this.octetAt(1);
      if (first === CR && second !== LF) {
        if (second !== undefined) throw this.fault("BARE_CR", this.offset);
        if (this.ended) throw this.fault("INCOMPLETE_HEAD", this.fed);
        return false;
      }
      if (first === LF && !(settings.allow & ALLOW_BARE_LF)) throw this.fault("BARE_LF", this.offset);
      if (this.emptyLines === settings.limits.maxLeadingEmptyLines) {
        throw this.fault("LEADING_EMPTY_LINES", this.offset);
      }
      this.emptyLines++;
      for (let octets = first === CR ? 2 : 1; octets > 0; octets--) this.consume(1);
    }
  }

  /** Makes the whole-head checks that only requests need, in their fixed order: version, target, Host. */
  protected checkRequest(): void {
    const { facts, version } = this;
    const { head } = this.kernel;
    if (version !== 10 && version !== 11) {
      throw this.fault("VERSION_NOT_SUPPORTED", this.offset + (head[HEAD_TARGET_END >> 2] as number) + 1);
    }
    if (this.method === METHOD_CONNECT && !(facts & AUTHORITY)) {
      throw this.fault("BAD_TARGET", this.offset + (head[HEAD_METHOD_END >> 2] as number) + 1);
    }
    if ((facts & HOST_FACTS) === HOST) return;
    const at = this.offset + (head[HEAD_HOST_AT >> 2] as number);
    const detail = { header: "host" };
    if (facts & HOST_REPEATED) throw this.fault("DUPLICATE_HOST", at, detail);
    if (facts & HOST_BAD) throw this.fault("BAD_HOST", at, detail);
    if (version === 11) throw this.fault("MISSING_HOST", this.offset + (head[HEAD_FIELDS_END >> 2] as number), detail);
  }
}
