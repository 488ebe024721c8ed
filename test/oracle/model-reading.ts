/** The model's receiving side: events out of the input, and what a head means. */

import type { OracleEvent, Pair } from "./golden.ts";
import {
  badLength,
  bodiless,
  FORBIDDEN_TRAILERS,
  type Found,
  found,
  H11_BUFFER_LIMIT,
  type Head,
  hostLength,
  INFORMATIONAL,
  isAuthority,
  isHost,
  LARGEST,
  leadingSpace,
  lower,
  type Name,
  type Request,
  type Response,
  type Role,
  tokensOf,
  trimmed,
  WHITESPACE,
} from "./model-grammar.ts";
import { type Allowed, type Line, Lines, noLines, type Section } from "./model-lines.ts";
import { Fault, type Sentinel } from "./protocol.ts";
import type { Rule } from "./rules.ts";

/** A fault of the whole head; `order` is when h11 would see it. */
interface Whole extends Found {
  order: number;
}

interface Field {
  name: string;
  value: string;
  valueAt: number;
}

export class Reading extends Lines {
  private emptyLines = 0;
  /** Where the last head began. */
  private headBegin = 0;
  /** Within a chunked body: what comes next. */
  private chunk: { part: "size" | "data" | "end" | "trailers"; remaining: number; expected: string } = {
    part: "size",
    remaining: 0,
    expected: "",
  };
  private error: Fault | null = null;
  private readonly bufferLimit: number;

  constructor(role: Role, rules: ReadonlySet<Rule>, limit?: number, allowed: Allowed = {}) {
    super(role, rules, limit, allowed);
    this.bufferLimit = limit ?? H11_BUFFER_LIMIT;
  }

  protected override beginBody(): void {
    this.chunk = { part: "size", remaining: 0, expected: "" };
    this.extensionOctets = 0;
  }

  /** The next head belongs to a new exchange. */
  protected beginExchange(): void {
    this.emptyLines = 0;
    this.section = noLines();
  }

  feed(bytes: string): void {
    if (bytes === "") {
      this.ended = true;
      return;
    }
    if (this.ended) throw new Fault("RuntimeError", null);
    this.input += bytes;
  }

  next(): OracleEvent | Sentinel {
    if (this.now[this.their] === "ERROR") {
      const again = new Fault("RemoteProtocolError", 400);
      if (this.error === null) throw again;
      throw this.error.status === 400 || this.applies("same-error-again") ? this.error : again;
    }
    try {
      const event = this.read();
      if (typeof event !== "string") this.accept(event);
      if (event === "NEED_DATA") this.checkEndOfInput();
      return event;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      for (const exchange of this.exchanges) {
        exchange[this.their] = "ERROR";
        this.settle(exchange);
      }
      let { status } = error;
      if (this.our === "client" && status !== null && this.applies("client-hint-502")) status = 502;
      const kind = error.kind === "LocalProtocolError" ? "RemoteProtocolError" : error.kind;
      this.error = new Fault(kind, status, error.code, error.offset);
      throw this.error;
    }
  }

  private accept(event: OracleEvent): void {
    const { now } = this;
    const begin = this.headBegin - this.consumed;
    if (event.type === "InformationalResponse") {
      now.informational += 1;
      if (now.informational > INFORMATIONAL && this.applies("informational-limit")) {
        this.fail(found("TOO_MANY_INFORMATIONAL_RESPONSES", begin));
      }
    }
    try {
      this.process(now, this.their, event);
    } catch (error) {
      if (error instanceof Fault && error.code === "UNSOLICITED_SWITCH") this.fail(found(error.code, begin));
      if (error instanceof Fault && error.code === "WRONG_STATE" && event.type === "Request") {
        this.fail(found("UNEXPECTED_REQUEST", begin));
      }
      throw error;
    }
  }

  private checkEndOfInput(): void {
    if (this.input.length > this.bufferLimit && !this.applies("buffer-limit-dropped")) {
      throw new Fault("RemoteProtocolError", 431);
    }
    if (this.ended) {
      const inBody = this.now[this.their] === "SEND_BODY";
      this.fail(found(inBody ? "INCOMPLETE_BODY" : "INCOMPLETE_HEAD", this.input.length));
    }
  }

  private read(): OracleEvent | Sentinel {
    const state = this.now[this.their];
    if (state === "DONE" && (this.input !== "" || this.exchanges.length > 1)) return "PAUSED";
    if (state === "MIGHT_SWITCH_PROTOCOL" || state === "SWITCHED_PROTOCOL") return "PAUSED";
    const event = this.readIn(state);
    if (event !== null) return event;
    if (this.input === "" && (this.ended || state === "CLOSED")) return this.readEnd(state);
    return "NEED_DATA";
  }

  private readIn(state: Name): OracleEvent | null {
    if (state === "SEND_BODY") return this.readBody();
    if (state === "IDLE" || state === "SEND_RESPONSE") return this.readHead();
    if (this.input !== "") {
      if (!this.applies("bytes-after-close-dropped")) throw new Fault("RemoteProtocolError", 400);
      this.take(this.input.length);
    }
    return null;
  }

  private readEnd(state: Name): OracleEvent {
    const { now } = this;
    const closed: OracleEvent = { type: "ConnectionClosed" };
    if (state === "SEND_RESPONSE") this.fail(found("RESPONSE_NOT_RECEIVED", 0));
    if (state !== "SEND_BODY") return closed;
    if (now.reading?.kind === "until-close") return { type: "EndOfMessage", headers: [] };
    if (this.our === "server" && now.expectation === "refused" && this.applies("given-up-after-final-response")) {
      // The table has no such event: the client closes as one that is done.
      now.client = "DONE";
      return closed;
    }
    return this.fail(found("INCOMPLETE_BODY", 0));
  }

  // ---------------------------------------------------------------- heads

  private readHead(): OracleEvent | null {
    const kind = this.our === "server" ? "request" : "response";
    if (this.input === "") return null;
    if (this.our === "client" && this.isUnsolicited()) return this.readUnsolicited();
    return this.readSolicitedHead(kind);
  }

  private readSolicitedHead(kind: "request" | "response"): Head | null {
    this.headBegin = this.consumed;
    const section = this.findLines();
    const emptyLine = section.lines[0]?.end === 0;
    if (kind === "request" && /^\r[^\n]/.test(this.input)) {
      this.fail(found("BARE_CR", 0), section.complete ? section.lines.at(-1)?.next : 0);
    }
    if (emptyLine || (this.input === "\r" && kind === "request")) {
      const skipped = this.skipEmptyLine(kind, emptyLine);
      return skipped ? this.readSolicitedHead(kind) : null;
    }
    const h11Fails = section.complete || (this.input[0] ?? "") < "!";
    if (!h11Fails && !this.rules.has("faults-reported-early") && this.input.length <= this.limits.head) return null;
    if (!this.ended && !section.complete && this.nothingNew(section)) return null;
    const fault = this.faultOf(section, kind);
    if (fault !== null && (h11Fails || fault.status === 431 || this.applies("faults-reported-early"))) {
      this.fail(fault, section.complete ? this.input.indexOf("\n", section.lines.at(-1)?.start) + 1 : 0);
    }
    if (h11Fails && !section.complete) this.fail(found("BAD_METHOD", 0));
    if (!section.complete) return null;
    const fields = this.fieldsOf(section, 1);
    const first = this.input.slice(0, section.lines[0]?.end);
    const head =
      kind === "request" ? this.requestFrom(first, fields, section) : this.responseFrom(first, fields, section);
    this.take(section.lines.at(-1)?.next ?? 0);
    this.emptyLines = 0;
    return head;
  }

  /** Only to save time: what was undecided stays so without another LF, but for the limits. */
  private nothingNew(section: Section): boolean {
    const { lines, sound } = section;
    return sound > 0 && sound === lines.length && this.input.length <= Math.min(this.limits.head, this.limits.trailers);
  }

  /** An empty line where a head begins. True when it was skipped, false to wait for the rest of it. */
  private skipEmptyLine(kind: "request" | "response", complete: boolean): boolean {
    const { input } = this;
    const spent = complete ? input.indexOf("\n") + 1 : 0;
    const skippable = this.allowed.bareLf || input.startsWith("\r");
    if (kind === "request" && skippable && this.rules.has("leading-empty-line-skipped")) {
      this.touched.add("leading-empty-line-skipped");
      if (!complete && this.ended) this.fail(found("INCOMPLETE_HEAD", 1));
      if (!complete) return false;
      if (this.emptyLines === 1) this.fail(found("LEADING_EMPTY_LINES", 0), spent);
      this.take(spent);
      this.emptyLines = 1;
      return this.input !== "";
    }
    if (kind === "response") this.fail(found("BAD_VERSION", 0), spent);
    return this.fail(found(input.startsWith("\n") ? "BARE_LF" : "LEADING_EMPTY_LINES", 0), spent);
  }

  /** Did what comes now begin before the request that it could answer was sent? */
  private isUnsolicited(): boolean {
    const { now } = this;
    const early = now.server === "IDLE" || this.consumed < now.fedBefore;
    return early && this.applies("unsolicited-response");
  }

  /** The fault is certain, but a 408 that closes is a server that gave up waiting: so the head is read to its end. */
  private readUnsolicited(): OracleEvent | null {
    const begin = this.consumed;
    const fault = () => this.fail(found("UNSOLICITED_RESPONSE", begin - this.consumed));
    let head: Head | null;
    try {
      head = this.readSolicitedHead("response");
    } catch {
      return fault();
    }
    if (head === null) return this.ended ? fault() : null;
    if (head.type === "Request" || head.status_code !== 408) return fault();
    const closes = head.http_version === "1.0" || tokensOf(head.headers ?? [], "connection").includes("close");
    if (!closes || !this.applies("idle-timeout-response")) return fault();
    this.take(this.input.length);
    this.now.server = "IDLE";
    return { type: "ConnectionClosed" };
  }

  private fieldsOf(section: Section, first: number): Field[] {
    const fields: Field[] = [];
    const isFold = (index: number) => WHITESPACE.test(this.input[section.lines[index]?.start ?? 0] ?? "");
    for (let index = first; index < section.lines.length - 1; index += 1) {
      const line = section.lines[index] as Line;
      const text = this.input.slice(line.start, line.end);
      const colon = text.indexOf(":");
      let joined = text.slice(colon + 1);
      const field: Field = {
        name: text.slice(0, colon),
        value: trimmed(joined),
        valueAt: line.start + colon + 1 + leadingSpace(joined),
      };
      let unfolded = trimmed(joined);
      for (; index + 1 < section.lines.length - 1 && isFold(index + 1); index += 1) {
        const next = section.lines[index + 1] as Line;
        const more = this.input.slice(next.start, next.end).replace(/^[ \t]+/, "");
        joined = `${joined} ${more}`;
        unfolded = trimmed(`${unfolded} ${trimmed(more)}`);
      }
      field.value = trimmed(joined);
      if (field.value !== unfolded && this.applies("obs-fold-unfolded")) field.value = unfolded;
      fields.push(field);
    }
    return fields;
  }

  // ---------------------------------------------------------------- what a head means

  private requestFrom(line: string, fields: Field[], section: Section): Request {
    const [method = "", target = "", protocol = ""] = line.split(" ");
    const version = protocol.slice(5);
    const faults: Whole[] = [];
    if (version !== "1.0" && version !== "1.1" && this.applies("version-505")) {
      faults.push({ code: "VERSION_NOT_SUPPORTED", status: 505, at: line.length - 8, order: -1 });
    }
    if (method === "CONNECT" && !isAuthority(target) && this.applies("connect-authority")) {
      faults.push({ code: "BAD_TARGET", status: 400, at: method.length + 1, order: -1 });
    }
    const host = this.hostFault(version, fields, section.lines.at(-1)?.start ?? 0);
    if (host !== null) faults.push({ ...host, order: Number.POSITIVE_INFINITY });
    this.framingFaults("request", version, fields, faults);
    this.failFirst(faults, section);
    return { type: "Request", method, target, http_version: version, headers: this.headersOf(fields) };
  }

  private responseFrom(line: string, fields: Field[], section: Section): Response {
    const version = line.slice(5, 8);
    const status = Number(line.slice(9, 12));
    const faults: Whole[] = [];
    if (version !== "1.0" && version !== "1.1" && this.applies("version-505")) {
      faults.push({ code: "VERSION_NOT_SUPPORTED", status: 505, at: 0, order: -1 });
    }
    const hasBody = status >= 200 && !bodiless(status, this.now.method);
    const ignored: Whole[] = [];
    this.framingFaults("response", version, fields, hasBody ? faults : ignored);
    if (ignored.length > 0 && !this.applies("framing-ignored-without-body")) faults.push(...ignored);
    this.failFirst(faults, section);
    return {
      type: status < 200 ? "InformationalResponse" : "Response",
      status_code: status,
      reason: line.slice(13),
      http_version: version,
      headers: this.headersOf(fields),
    };
  }

  /** Of several faults ours is the first in our order; h11 goes through the fields in wire order, then looks at Host. */
  private failFirst(faults: Whole[], section: Section): void {
    const [ours] = faults;
    if (ours === undefined) return;
    const theirs = faults.reduce((least, fault) => (fault.order < least.order ? fault : least));
    this.fail(
      theirs.status === ours.status || this.applies("whole-head-order") ? ours : theirs,
      section.lines.at(-1)?.next,
    );
  }

  private hostFault(version: string, fields: Field[], end: number): Found | null {
    const [first, second] = fields.filter((field) => lower(field.name) === "host");
    if (first === undefined) return version === "1.1" ? found("MISSING_HOST", end) : null;
    const at = first.valueAt + hostLength(first.value);
    const sound = isHost(first.value);
    if (second !== undefined) return sound ? found("DUPLICATE_HOST", second.valueAt) : found("BAD_HOST", at);
    return sound || !this.applies("host-syntax") ? null : found("BAD_HOST", at);
  }

  private framingFaults(kind: "request" | "response", version: string, fields: Field[], faults: Whole[]): void {
    const codings = fields.filter((field) => lower(field.name) === "transfer-encoding");
    const lengths = fields.filter((field) => lower(field.name) === "content-length");
    const place = (field: Field | undefined) => fields.indexOf(field as Field);
    if (codings.length > 0) {
      const fault = this.codingFault(
        kind,
        version,
        codings.map((field) => field.value),
      );
      const culprit = codings.find((field) => lower(field.value) !== "chunked") ?? codings[1] ?? codings[0];
      if (fault !== null) faults.push({ ...fault, at: codings.at(-1)?.valueAt ?? 0, order: place(culprit) });
    }
    if (lengths.length === 0) return;
    const { fault, at } = this.readLengths(lengths);
    const both = "CONTENT_LENGTH_WITH_TRANSFER_ENCODING";
    if (codings.length > 0 && this.applies("content-length-and-transfer-encoding")) {
      if (kind === "request") faults.push({ code: both, status: 400, at, order: Number.POSITIVE_INFINITY });
    } else if (fault !== null)
      faults.push({ ...fault, order: place(lengths.findLast((field) => field.valueAt <= fault.at)) });
  }

  private codingFault(kind: "request" | "response", version: string, values: string[]): Found | null {
    const sound = values.length === 1 && lower(values[0] ?? "") === "chunked";
    if (version === "1.0" && kind === "request" && this.applies("transfer-encoding-on-1.0")) {
      return found("TRANSFER_ENCODING_IN_HTTP_1_0", 0);
    }
    if (sound) return null;
    const codings = values.flatMap((value) => lower(value).split(",").map(trimmed)).filter((coding) => coding !== "");
    const unknown = codings.at(-1) === "chunked" && codings.some((coding) => coding !== "chunked");
    if (unknown) return found("UNKNOWN_TRANSFER_CODING", 0, 501);
    return found("BAD_TRANSFER_ENCODING", 0, this.applies("transfer-coding-faults") ? 400 : 501);
  }

  /** What all Content-Length fields say together: the first fault, or else where the number is. */
  private readLengths(fields: Field[]): { fault: Found | null; at: number } {
    let first: { text: string; value: number; at: number } | undefined;
    let repeated: Found | null = null;
    for (const field of fields) {
      let at = field.valueAt;
      for (const member of field.value.split(",")) {
        const start = at + leadingSpace(member);
        const text = trimmed(member);
        const digits = /^[0-9]*/.exec(text)?.[0] ?? "";
        if (digits === "" || digits !== text) return badLength("BAD_CONTENT_LENGTH", start + digits.length);
        const value = Number(text);
        if (value > LARGEST && this.applies("integer-range")) return badLength("CONTENT_LENGTH_TOO_LARGE", start);
        if (first === undefined) first = { text, value, at: start };
        else if (first.value !== value) return badLength("CONFLICTING_CONTENT_LENGTH", start);
        else if (first.text !== text && !this.allowed.repeatedContentLength)
          repeated ??= found("REPEATED_CONTENT_LENGTH", start);
        else if (repeated === null && !this.allowed.repeatedContentLength && this.applies("repeated-content-length")) {
          repeated = found("REPEATED_CONTENT_LENGTH", start);
        }
        at += member.length + 1;
      }
    }
    return { fault: repeated, at: repeated?.at ?? first?.at ?? 0 };
  }

  /** h11 keeps one Content-Length, and Transfer-Encoding in lower case. */
  private headersOf(fields: Field[]): Pair[] {
    return this.normalised(fields.map(({ name, value }) => [name, value]));
  }

  protected normalised(pairs: Pair[]): Pair[] {
    const headers: Pair[] = [];
    let lengths = 0;
    for (const [name, value] of pairs) {
      const known = lower(name);
      if (known === "content-length") {
        lengths += 1;
        const only = trimmed(value.split(",")[0] ?? "");
        if (lengths === 1) headers.push([name, this.keepsValue(value !== only) ? value : only]);
        else if (this.keepsValue(true)) headers.push([name, value]);
      } else if (known === "transfer-encoding" && lower(value) !== value) {
        headers.push([name, this.applies("values-as-received") ? value : lower(value)]);
      } else headers.push([name, value]);
    }
    return headers;
  }

  private keepsValue(differs: boolean): boolean {
    return differs && this.applies("values-as-received");
  }

  // ---------------------------------------------------------------- bodies

  private readBody(): OracleEvent | null {
    const { reading } = this.now;
    if (reading?.kind === "chunked") return this.readChunked();
    if (reading?.kind === "length" && reading.remaining === 0) return { type: "EndOfMessage", headers: [] };
    if (this.input === "") return null;
    const data = this.take(reading?.kind === "length" ? reading.remaining : this.input.length);
    if (reading?.kind === "length") reading.remaining -= data.length;
    return { type: "Data", data };
  }

  private readChunked(): OracleEvent | null {
    const { chunk } = this;
    if (chunk.part === "end") {
      const wanted = chunk.expected.length;
      for (const octet of this.input.slice(0, wanted)) {
        // h11 has taken as much as it wanted when it sees that this is something else.
        if (octet !== chunk.expected[0]) this.fail(found("BAD_CHUNK_END", 0), chunk.expected.length);
        chunk.expected = chunk.expected.slice(1);
        this.take(1);
      }
      if (chunk.expected !== "") return null;
      chunk.part = "size";
    }
    if (chunk.part === "size" && !this.readChunkLine()) return null;
    if (chunk.part === "trailers") return this.readTrailers();
    if (this.input === "") return null;
    const data = this.take(chunk.remaining);
    chunk.remaining -= data.length;
    if (chunk.remaining === 0) Object.assign(chunk, { part: "end", expected: "\r\n" });
    return { type: "Data", data };
  }

  private readChunkLine(): boolean {
    const { input, ended } = this;
    const limit = this.limits.chunkLine;
    if (input === "") return false;
    const feed = input.indexOf("\n");
    const h11HasLine = input.includes("\r\n");
    const line = feed === -1 ? input : input.slice(0, feed + 1);
    const over = line.length > limit && this.rules.has("chunk-line-limit");
    const undecided = feed === -1 && !ended && !over;
    let fault = this.scanChunkLine(undecided ? line.slice(0, 1) : line);
    if (undecided && fault?.at !== 0) return false;
    // Whether the last octet before the limit is a bare CR could only be seen behind it.
    const behind = fault !== null && fault.at + (fault.code === "BARE_CR" ? 1 : 0) >= limit;
    if (over && (fault === null || behind) && this.applies("chunk-line-limit")) {
      fault = found("CHUNK_LINE_TOO_LONG", limit, 413);
    }
    if (fault !== null && (h11HasLine || fault.status === 413 || this.applies("faults-reported-early"))) {
      this.fail(fault, h11HasLine ? input.indexOf("\r\n") + 2 : 0);
    }
    if (feed === -1 || !h11HasLine) return false;
    const size = Number.parseInt(line, 16);
    this.extensionOctets += line.length - 2 - (/^[0-9A-Fa-f]*/.exec(line)?.[0].length ?? 0);
    this.take(line.length);
    this.chunk.part = size === 0 ? "trailers" : "data";
    this.chunk.remaining = size;
    this.now.expectation = "none";
    return true;
  }

  private readTrailers(): OracleEvent | null {
    if (this.input === "") return null;
    const section = this.findLines();
    if (!section.complete && !this.rules.has("faults-reported-early") && this.input.length <= this.limits.trailers)
      return null;
    if (!this.ended && !section.complete && this.nothingNew(section)) return null;
    const fault = this.faultOf(section, "trailers");
    if (fault !== null && (section.complete || fault.status === 431 || this.applies("faults-reported-early"))) {
      this.fail(fault, section.complete ? this.input.indexOf("\n", section.lines.at(-1)?.start) + 1 : 0);
    }
    if (!section.complete) return null;
    const fields = this.fieldsOf(section, 0);
    const kept = fields.filter((field) => !FORBIDDEN_TRAILERS.has(lower(field.name)));
    let used = fields;
    if (kept.length < fields.length && this.applies("forbidden-trailers-dropped")) used = kept;
    const faults: Whole[] = [];
    const lengths = used.filter((field) => lower(field.name) === "content-length");
    const codings = used.filter((field) => lower(field.name) === "transfer-encoding");
    // Only h11 without our rule comes here: it checks them like those of a head.
    const unruled = new Reading(this.our, new Set());
    const length = lengths.length > 0 ? unruled.readLengths(lengths).fault : null;
    const coding =
      codings.length > 0
        ? unruled.codingFault(
            "request",
            "1.1",
            codings.map((field) => field.value),
          )
        : null;
    if (coding !== null) faults.push({ ...coding, order: used.indexOf(codings[0] as Field) });
    if (length !== null) faults.push({ ...length, order: used.indexOf(lengths[0] as Field) });
    this.failFirst(faults, section);
    this.take(section.lines.at(-1)?.next ?? 0);
    return { type: "EndOfMessage", headers: this.headersOf(used) };
  }
}
