/**
 * An independent model of h11's connection, both roles, reading and sending: slow, on whole strings, written for
 * reading. Without rules it is h11; with all rules of rules.ts it is what we must do, error codes and offsets included.
 *
 * `applies(rule)` is asked only where the rule makes a difference, and `touched` remembers which were asked.
 */

import type { OracleEvent, Pair, State } from "./golden.ts";
import {
  CONTROL,
  FORBIDDEN_TRAILERS,
  type Framing,
  type Head,
  IS_TOKEN,
  isAuthority,
  isHost,
  LARGEST,
  lower,
  PIPELINED,
  REFUSED_BY_H11,
  type Response,
  same,
  tokensOf,
  trimmed,
  valuesOf,
  withOption,
  without,
} from "./model-grammar.ts";
import { newExchange, TRANSITIONS } from "./model-machine.ts";
import { Reading } from "./model-reading.ts";
import { type Endpoint, Fault } from "./protocol.ts";

/** At what a send can fail, and the rule by which a failure then changes nothing. */
const CHANGES_NOTHING = {
  event: "refused-event-changes-nothing",
  state: "wrong-state-changes-nothing",
  "data in 204": "data-in-204-changes-nothing",
  "data in 304": "data-in-304-changes-nothing",
  "data without body": "data-without-body-changes-nothing",
  "too much": "too-much-data-changes-nothing",
  "too little": "too-little-data-changes-nothing",
  "trailers without body": "trailers-without-body-changes-nothing",
  "trailers after a length": "trailers-after-length-changes-nothing",
  "trailers until close": "trailers-until-close-changes-nothing",
} as const;
type Step = keyof typeof CHANGES_NOTHING;

export class Model extends Reading implements Endpoint {
  startNextCycle(): void {
    const { now } = this;
    if (now.client !== "DONE" || now.server !== "DONE") throw new Fault("LocalProtocolError", 400, "NOT_REUSABLE");
    this.exchanges.shift();
    if (this.exchanges.length === 0) this.exchanges.push(newExchange());
    this.beginExchange();
  }

  sendFailed(): void {
    this.sending[this.our] = "ERROR";
    this.settle(this.sending);
  }

  state(): State {
    const { now, sending, our, their } = this;
    return [sending[our], now[their], this.version, our === "client" ? sending.waiting : now.waiting];
  }

  trailingData(): [data: string, eof: boolean] {
    const theirs = this.now[this.their];
    if (theirs !== "SWITCHED_PROTOCOL" && theirs !== "CLOSED") {
      if (this.applies("trailing-data-needs-switch")) throw new Fault("LocalProtocolError", 400, "NOT_SWITCHED");
    }
    const { input, ended } = this;
    if (theirs === "SWITCHED_PROTOCOL" && input !== "" && this.applies("trailing-data-moved-out"))
      this.take(input.length);
    return [input, ended];
  }

  // ---------------------------------------------------------------- sending

  make(event: OracleEvent): void {
    this.construct(event);
  }

  send(event: OracleEvent): string {
    const before = structuredClone(this.exchanges);
    const { our } = this;
    let step: Step = "event";
    const opened = this.openPipelined(event);
    // We look at the state first, h11 at the event: either way it is refused, only the code is another.
    if (this.rules.has("wrong-state-changes-nothing") && !this.isLegal(event)) this.refuse("WRONG_STATE");
    const checked = this.construct(event);
    if (this.sending[our] === "ERROR") this.refuse("WRONG_STATE");
    try {
      step = "state";
      const { writing } = this.sending;
      const clean = this.prepared(checked);
      this.process(this.sending, our, clean);
      this.sending.fedBefore = event.type === "Request" ? this.consumed + this.input.length : this.sending.fedBefore;
      if (clean.type === "ConnectionClosed") return "";
      if (clean.type === "Data" || clean.type === "EndOfMessage") {
        return this.writeBody(clean, writing, (reason) => {
          step = reason;
        });
      }
      step = "event";
      return this.writeHead(clean);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.code === "CONTENT_LENGTH_WITH_TRANSFER_ENCODING") step = "event";
      if (opened || this.applies(CHANGES_NOTHING[step])) this.exchanges = before;
      else {
        this.sending[our] = "ERROR";
        this.settle(this.sending);
      }
      throw error;
    }
  }

  /** In `done` a client may send the next request, unless the last one closes or proposed a switch. */
  private openPipelined(event: OracleEvent): boolean {
    const pipelines = event.type === "Request" && this.our === "client" && this.sending.client === "DONE";
    if (!pipelines || !this.applies("client-pipelining")) return false;
    if (this.exchanges.length >= PIPELINED) this.refuse("PIPELINE_FULL");
    this.construct(event);
    this.exchanges.push(newExchange());
    return true;
  }

  private isLegal(event: OracleEvent): boolean {
    const { our, sending } = this;
    const legal = TRANSITIONS[our][sending[our]]?.[event.type] !== undefined;
    const accepted = event.type !== "Request" || TRANSITIONS.server[sending.server]?.["request seen"] !== undefined;
    if (!legal || !accepted) this.touched.add("wrong-state-changes-nothing");
    return legal && accepted;
  }

  private prepared(event: OracleEvent): OracleEvent {
    return event.type === "Response" ? this.cleaned(event) : event;
  }

  private refuse(code: string | undefined): never {
    throw new Fault("LocalProtocolError", 400, code);
  }

  /** What making the event checks in h11: it may be refused before any state is looked at. */
  private construct(event: OracleEvent): OracleEvent {
    if (event.type === "Data" || event.type === "ConnectionClosed") return event;
    const given =
      event.type === "Response" || event.type === "InformationalResponse" ? this.stripped(event) : event.headers;
    const headers = this.checkedHeaders(given ?? []);
    if (event.type === "EndOfMessage") {
      const forbidden = headers.some(([name]) => FORBIDDEN_TRAILERS.has(lower(name)));
      if (forbidden && this.applies("forbidden-trailers-refused")) this.refuse("FORBIDDEN_TRAILER");
      return { ...event, headers };
    }
    const version = event.http_version ?? "1.1";
    if (event.type === "Request") {
      const hosts = valuesOf(headers, "host");
      if (version === "1.1" && hosts.length === 0) this.refuse("MISSING_HOST");
      if (hosts.length > 1) this.refuse("DUPLICATE_HOST");
      if (!IS_TOKEN.test(event.method)) this.refuse("BAD_METHOD");
      if (!/^[\x21-\x7e]+$/.test(event.target)) this.refuse("BAD_TARGET");
      if (version !== "1.1" && this.applies("version-refused-when-made")) this.refuse("BAD_VERSION");
      if (event.method === "CONNECT" && !isAuthority(event.target) && this.applies("connect-authority")) {
        this.refuse("BAD_TARGET");
      }
      if (!isHost(hosts[0] ?? "") && this.applies("host-syntax")) this.refuse("BAD_HOST");
      const both = valuesOf(headers, "transfer-encoding").length > 0 && valuesOf(headers, "content-length").length > 0;
      if (both && this.applies("content-length-and-transfer-encoding-sent")) {
        this.refuse("CONTENT_LENGTH_WITH_TRANSFER_ENCODING");
      }
      return { ...event, http_version: version, headers };
    }
    const [least, most] = event.type === "Response" ? [200, 999] : [100, 199];
    if (event.status_code < least || event.status_code > most) this.refuse("BAD_STATUS");
    if (version !== "1.1" && this.applies("version-refused-when-made")) this.refuse("BAD_VERSION");
    if (CONTROL.test(event.reason ?? "") && this.applies("reason-validated")) this.refuse("BAD_REASON");
    return { ...event, http_version: version, headers };
  }

  /** Of several faults it is not said which comes first: the code stays open. */
  private checkedHeaders(headers: Pair[]): Pair[] {
    const faults = new Set<string>();
    let length: string | undefined;
    let codings = 0;
    for (const [name, value] of headers) {
      if (!IS_TOKEN.test(name)) faults.add("BAD_FIELD_NAME");
      if (value !== trimmed(value) || REFUSED_BY_H11.test(value)) faults.add("BAD_FIELD_VALUE");
      else if (CONTROL.test(value) && this.applies("control-bytes")) faults.add("BAD_FIELD_VALUE");
      if (lower(name) === "content-length") {
        for (const fault of this.faultsOfLength(value, length)) faults.add(fault);
        length = trimmed(value.split(",")[0] as string);
      }
      if (lower(name) === "transfer-encoding") {
        codings += 1;
        if (codings > 1 || lower(value) !== "chunked") faults.add("BAD_TRANSFER_ENCODING");
      }
    }
    const [fault] = faults;
    const isElsewhere = headers.some(([name, value]) => lower(name) === "host" && !isHost(value));
    const isAlone = faults.size === 1 && !isElsewhere && (length === undefined || codings === 0);
    if (fault !== undefined) this.refuse(isAlone ? fault : undefined);
    return this.normalised(headers);
  }

  private *faultsOfLength(value: string, before: string | undefined): Generator<string> {
    const all = new Set(value.split(",").map(trimmed));
    const [only = ""] = all;
    if (all.size > 1 || (before !== undefined && before !== only)) yield "CONFLICTING_CONTENT_LENGTH";
    if (!/^[0-9]+$/.test(only)) yield "BAD_CONTENT_LENGTH";
    else if (Number(only) > LARGEST && this.applies("integer-range")) yield "CONTENT_LENGTH_TOO_LARGE";
    if ((before === only || value !== only) && this.applies("repeated-content-length")) yield "REPEATED_CONTENT_LENGTH";
  }

  /** What h11 does to a response's headers before it is sent, and where we do it differently. */
  private cleaned(response: Response): Response {
    const { now } = this;
    let headers = response.headers ?? [];
    const method = now.method === "HEAD" ? "GET" : now.method;
    const framing = this.framingOf(response, method);
    let close = !now.keepAlive;
    const old = this.version === null || this.version < "1.1";
    const coding = valuesOf(headers, "transfer-encoding").length > 0;
    if (coding && valuesOf(headers, "content-length").length > 0) {
      if (this.applies("content-length-and-transfer-encoding-sent"))
        this.refuse("CONTENT_LENGTH_WITH_TRANSFER_ENCODING");
    }
    if (framing.kind !== "length") {
      headers = without(headers, "content-length");
      const coded: Pair[] = [...without(headers, "transfer-encoding"), ["Transfer-Encoding", "chunked"]];
      if (old) {
        headers = without(headers, "transfer-encoding");
        if (now.method !== "HEAD") close = true;
      } else if (!coding) headers = coded;
      else if (!same(headers, coded) && !this.applies("framing-fields-in-place")) headers = coded;
    } else if (old && coding && this.applies("transfer-encoding-on-1.0"))
      headers = without(headers, "transfer-encoding");
    const closing = close || tokensOf(headers, "connection").includes("close");
    if (close) headers = this.withClose(headers);
    if (!closing && now.keptAlive10 && !tokensOf(headers, "connection").includes("keep-alive")) {
      headers = withOption(headers, "keep-alive");
    }
    return { ...response, headers };
  }

  /** Content-Length and Transfer-Encoding must not stand on 1xx, 204 and 2xx to CONNECT. */
  private stripped(response: Response): Pair[] {
    const headers = response.headers ?? [];
    const { status_code: status } = response;
    const never = status < 200 || status === 204 || (this.now.method === "CONNECT" && status < 300);
    const rest = without(without(headers, "content-length"), "transfer-encoding");
    return never && rest.length < headers.length && this.applies("framing-fields-stripped") ? rest : headers;
  }

  private withClose(headers: Pair[]): Pair[] {
    const tokens = new Set(tokensOf(headers, "connection"));
    tokens.delete("keep-alive");
    tokens.add("close");
    const rewritten: Pair[] = [
      ...without(headers, "connection"),
      ...[...tokens].sort().map((token): Pair => ["Connection", token]),
    ];
    const inPlace = tokensOf(headers, "connection").includes("close") ? headers : withOption(headers, "close");
    return same(inPlace, rewritten) || !this.applies("connection-close-in-place") ? rewritten : inPlace;
  }

  private writeHead(head: Head): string {
    if ((head.http_version ?? "1.1") !== "1.1") this.refuse("BAD_VERSION");
    const line =
      head.type === "Request"
        ? `${head.method} ${head.target} HTTP/1.1`
        : `HTTP/1.1 ${head.status_code} ${head.reason ?? ""}`;
    return `${line}\r\n${this.fieldLines(head.headers ?? [])}`;
  }

  /** Host stands first, wherever. */
  private fieldLines(headers: Pair[]): string {
    const ordered = [...headers.filter(([name]) => lower(name) === "host"), ...without(headers, "host")];
    return `${ordered.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  }

  private writeBody(
    event: Extract<OracleEvent, { type: "Data" | "EndOfMessage" }>,
    framing: Framing | null,
    blame: (reason: Step) => void,
  ): string {
    if (event.type === "Data") {
      const { data } = event;
      if (framing?.kind === "length") {
        framing.remaining -= data.length;
        if (framing.remaining < 0) {
          const never =
            framing.status === 204 || framing.status === 304 ? (`data in ${framing.status}` as const) : null;
          blame(never ?? (framing.length === 0 ? "data without body" : "too much"));
          this.refuse("BODY_TOO_LONG");
        }
      }
      if (framing?.kind !== "chunked") return data;
      return data === "" ? "" : `${data.length.toString(16)}\r\n${data}\r\n`;
    }
    const trailers = event.headers ?? [];
    if (framing?.kind === "chunked") return `0\r\n${this.fieldLines(trailers)}`;
    if (trailers.length > 0) {
      const bodied = framing?.kind === "length" && framing.length > 0;
      if (framing?.kind === "until-close") blame("trailers until close");
      else blame(bodied ? "trailers after a length" : "trailers without body");
      this.refuse("TRAILERS_NOT_ALLOWED");
    }
    if (framing?.kind === "length" && framing.remaining !== 0) {
      blame("too little");
      this.refuse("BODY_TOO_SHORT");
    }
    return "";
  }
}
