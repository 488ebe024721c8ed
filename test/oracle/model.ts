/**
 * An independent model of h11's connection, both roles, reading and sending: slow, on whole strings, written for
 * reading. Without rules it is h11; with all rules of rules.ts it is what we must do, error codes and offsets included.
 *
 * `applies(rule)` is asked only where the rule makes a difference, and `touched` remembers which were asked.
 */

import type { OracleEvent, Pair, State } from "./golden.ts";
import { type Endpoint, Fault, type Sentinel } from "./protocol.ts";
import type { Rule } from "./rules.ts";

type Role = "client" | "server";
type Name =
  | "IDLE"
  | "SEND_RESPONSE"
  | "SEND_BODY"
  | "DONE"
  | "MUST_CLOSE"
  | "CLOSED"
  | "ERROR"
  | "MIGHT_SWITCH_PROTOCOL"
  | "SWITCHED_PROTOCOL";
type Request = Extract<OracleEvent, { type: "Request" }>;
type Response = Extract<OracleEvent, { type: "Response" | "InformationalResponse" }>;
type Head = Request | Response;
type Framing =
  | { kind: "length"; length: number; remaining: number; status?: number }
  | { kind: "chunked" }
  | { kind: "until-close" };
type Switch = "upgrade" | "connect";

/** What an event does to the state of the side that sends it; "request seen" is what a request does to the server. */
const TRANSITIONS: Record<Role, Partial<Record<Name, Record<string, Name>>>> = {
  client: {
    IDLE: { Request: "SEND_BODY", ConnectionClosed: "CLOSED" },
    SEND_BODY: { Data: "SEND_BODY", EndOfMessage: "DONE" },
    DONE: { ConnectionClosed: "CLOSED" },
    MUST_CLOSE: { ConnectionClosed: "CLOSED" },
    CLOSED: { ConnectionClosed: "CLOSED" },
  },
  server: {
    IDLE: { ConnectionClosed: "CLOSED", Response: "SEND_BODY", "request seen": "SEND_RESPONSE" },
    SEND_RESPONSE: {
      InformationalResponse: "SEND_RESPONSE",
      Response: "SEND_BODY",
      "switch accepted": "SWITCHED_PROTOCOL",
    },
    SEND_BODY: { Data: "SEND_BODY", EndOfMessage: "DONE" },
    DONE: { ConnectionClosed: "CLOSED" },
    MUST_CLOSE: { ConnectionClosed: "CLOSED" },
    CLOSED: { ConnectionClosed: "CLOSED" },
  },
};

const JOINT: Record<string, [Role, Name]> = {
  "MIGHT_SWITCH_PROTOCOL SWITCHED_PROTOCOL": ["client", "SWITCHED_PROTOCOL"],
  "CLOSED DONE": ["server", "MUST_CLOSE"],
  "CLOSED IDLE": ["server", "MUST_CLOSE"],
  "ERROR DONE": ["server", "MUST_CLOSE"],
  "DONE CLOSED": ["client", "MUST_CLOSE"],
  "IDLE CLOSED": ["client", "MUST_CLOSE"],
  "DONE ERROR": ["client", "MUST_CLOSE"],
};

/** RFC 7230 4.1.2: framing, routing, request modifiers, authentication, response control, payload processing. */
export const FORBIDDEN_TRAILERS = new Set(
  `transfer-encoding content-length host cache-control expect max-forwards pragma range te if-match if-none-match
  if-modified-since if-unmodified-since if-range www-authenticate authorization proxy-authenticate proxy-authorization
  cookie set-cookie age expires date location retry-after vary warning content-encoding content-type content-range
  trailer`.split(/\s+/),
);

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const IS_TOKEN = new RegExp(`^${TOKEN}$`);
const TOKEN_CHARACTER = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const WHITESPACE = /[ \t]/;
/** What h11 never takes in a value: NUL and all whitespace but SP and HTAB. */
const REFUSED_BY_H11 = /[\0\n\v\f\r]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
const LARGEST = 2 ** 53 - 1;
/** Python refuses to read a longer decimal number: h11 lets the ValueError escape. */
const PYTHON_DIGITS = 4300;
const H11_BUFFER_LIMIT = 16384;

/** uri-host of RFC 3986 3.2.2 and a port of digits, both possibly empty. */
const IPV4 = "(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}";
const HOST = /^(?:\[[0-9A-Fa-fvV:.!$&'()*+,;=\-_~]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?$/;
const H16 = /^[0-9A-Fa-f]{1,4}$/;

function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === "") continue;
    const parts = half.split(":");
    for (const [place, part] of parts.entries()) {
      const last = index === halves.length - 1 && place === parts.length - 1;
      if (last && part.includes(".")) {
        if (!new RegExp(`^${IPV4}$`).test(part)) return false;
        groups += 2;
      } else if (H16.test(part)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8 && text !== "";
}

export function isHost(value: string): boolean {
  if (!HOST.test(value)) return false;
  const literal = /^\[(.*)\]/.exec(value)?.[1];
  if (literal === undefined) return true;
  return /^[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+$/.test(literal) || isIpv6(literal);
}

export function isAuthority(target: string): boolean {
  const port = /:([0-9]+)$/.exec(target)?.[1];
  return port !== undefined && Number(port) <= 65535 && isHost(target) && target.length > port.length + 1;
}

const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const trimmed = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, "");

const leadingSpace = (text: string) => /^[ \t]*/.exec(text)?.[0].length ?? 0;

const valuesOf = (headers: Pair[], name: string) =>
  headers.filter((field) => lower(field[0]) === name).map((field) => field[1]);
const tokensOf = (headers: Pair[], name: string) =>
  valuesOf(headers, name)
    .flatMap((value) => lower(value).split(","))
    .map(trimmed)
    .filter((token) => token !== "");
const without = (headers: Pair[], name: string) => headers.filter((field) => lower(field[0]) !== name);
const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);

/** A fault found in a text: status, code, and where. */
interface Found {
  code: string;
  status: number;
  at: number;
}
const found = (code: string, at: number, status = 400): Found => ({ code, status, at });

/** A fault of the whole head; `order` is when h11 would see it. */
interface Whole extends Found {
  order: number;
}

/** A complete line of a head: content in [start, end), then its terminator; `next` is where the next line starts. */
interface Line {
  start: number;
  end: number;
  next: number;
}

/** The lines of the head or trailer section at the front of the input; all but `complete` only saves time. */
interface Section {
  lines: Line[];
  complete: boolean;
  searched: number;
  /** So many lines are known to have no fault. */
  sound: number;
  /** Where field lines start. */
  fields: Set<number>;
}

const noLines = (): Section => ({ lines: [], complete: false, searched: 0, sound: 0, fields: new Set() });

interface Field {
  name: string;
  value: string;
  valueAt: number;
}

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

/** The `allow` options, where they are not the default of the role. */
export interface Allowed {
  obsFold?: boolean;
  bareLf?: boolean;
  repeatedContentLength?: boolean;
  missingReasonSpace?: boolean;
  controlBytesInValues?: boolean;
  nonAsciiTarget?: boolean;
  chunkSizeWhitespace?: boolean;
}

export interface ModelLimits {
  head: number;
  trailers: number;
  chunkLine: number;
}

const FIELDS = 256;
const TARGET = 16384;
const EXTENSION_OCTETS = 4096;
const EXTENSION_OCTETS_IN_ALL = 16384;
const SIZE_DIGITS = 16;
const INFORMATIONAL = 32;
const PIPELINED = 16;

/** One request and its response, and what of them governs the other. A refused send must leave all of it as it was. */
interface Exchange {
  client: Name;
  server: Name;
  keepAlive: boolean;
  proposals: Switch[];
  method: string | null;
  waiting: boolean;
  /** The request carried an expectation; the body's first octets or a 100 end it, a final response refuses it. */
  expectation: "none" | "open" | "refused";
  /** The request was HTTP/1.0 and asked to keep the connection. */
  keptAlive10: boolean;
  reading: Framing | null;
  writing: Framing | null;
  informational: number;
  /** Octets that had been fed when the request was sent. */
  fedBefore: number;
}

const newExchange = (): Exchange => ({
  client: "IDLE",
  server: "IDLE",
  keepAlive: true,
  proposals: [],
  method: null,
  waiting: false,
  expectation: "none",
  keptAlive10: false,
  reading: null,
  writing: null,
  informational: 0,
  fedBefore: 0,
});

export class Model implements Endpoint {
  readonly touched = new Set<Rule>();
  /** In order of the requests. More than one only in a client that pipelines. */
  private exchanges = [newExchange()];
  private version: string | null = null;
  private input = "";
  private consumed = 0;
  private ended = false;
  private section = noLines();
  private emptyLines = 0;
  /** Where the last head began. */
  private headBegin = 0;
  private extensionOctets = 0;
  /** Within a chunked body: what comes next. */
  private chunk: { part: "size" | "data" | "end" | "trailers"; remaining: number; expected: string } = {
    part: "size",
    remaining: 0,
    expected: "",
  };
  private error: Fault | null = null;
  private readonly rules: ReadonlySet<Rule>;
  private readonly our: Role;
  private readonly their: Role;
  private readonly limits: ModelLimits;
  private readonly bufferLimit: number;
  private readonly allowed: Allowed;

  constructor(role: Role, rules: ReadonlySet<Rule>, limit?: number, allowed: Allowed = {}) {
    this.allowed = allowed;
    this.rules = rules;
    this.our = role;
    this.their = role === "client" ? "server" : "client";
    this.bufferLimit = limit ?? H11_BUFFER_LIMIT;
    this.limits = { head: limit ?? 65536, trailers: limit ?? 16384, chunkLine: limit ?? 8192 };
  }

  private applies(rule: Rule): boolean {
    this.touched.add(rule);
    return this.rules.has(rule);
  }

  // ---------------------------------------------------------------- the machine

  /** The exchange in which the peer speaks. */
  private get now(): Exchange {
    return this.exchanges[0] as Exchange;
  }

  /** The exchange in which we speak. */
  private get sending(): Exchange {
    return this.exchanges.at(-1) as Exchange;
  }

  private move(now: Exchange, role: Role, event: string): void {
    const next = TRANSITIONS[role][now[role]]?.[event];
    if (next !== undefined) {
      now[role] = next;
      return;
    }
    // h11 cannot name such an event in its message: its own error escapes.
    const nameless = event === "request seen" || (event === "switch accepted" && now.server !== "SEND_RESPONSE");
    if (nameless && !this.applies("no-foreign-errors")) throw new Fault("AttributeError", null);
    throw new Fault("LocalProtocolError", 400, "WRONG_STATE");
  }

  private settle(now: Exchange): void {
    for (;;) {
      const before = `${now.client} ${now.server}`;
      if (now.proposals.length > 0 && now.client === "DONE") now.client = "MIGHT_SWITCH_PROTOCOL";
      if (now.proposals.length === 0 && now.client === "MIGHT_SWITCH_PROTOCOL") now.client = "DONE";
      if (!now.keepAlive) {
        if (now.client === "DONE") now.client = "MUST_CLOSE";
        if (now.server === "DONE") now.server = "MUST_CLOSE";
      }
      const joint = JOINT[`${now.client} ${now.server}`];
      if (joint !== undefined) now[joint[0]] = joint[1];
      if (`${now.client} ${now.server}` === before) return;
    }
  }

  private proposalsOf(request: Request): Switch[] {
    const proposals: Switch[] = [];
    const headers = request.headers ?? [];
    if (request.method === "CONNECT") proposals.push("connect");
    if (tokensOf(headers, "upgrade").length > 0) {
      const proper = tokensOf(headers, "connection").includes("upgrade") && request.http_version === "1.1";
      if (proper || !this.applies("upgrade-needs-connection")) proposals.push("upgrade");
    }
    return proposals;
  }

  private keepsAlive(now: Exchange, head: Head): boolean {
    const headers = head.headers ?? [];
    const tokens = tokensOf(headers, "connection");
    if (tokens.includes("close")) return false;
    const both = valuesOf(headers, "transfer-encoding").length > 0 && valuesOf(headers, "content-length").length > 0;
    const framed = head.type === "Response" && bodiless(head.status_code, now.method);
    if (both && !framed && this.applies("content-length-and-transfer-encoding")) return false;
    if ((head.http_version ?? "1.1") >= "1.1") return true;
    if (head.type !== "Request" || this.our !== "server" || !tokens.includes("keep-alive")) return false;
    now.keptAlive10 = this.applies("http10-keep-alive");
    return now.keptAlive10;
  }

  /** RFC 9112 6.3 as h11 does it. */
  private framingOf(head: Head, method: string | null): Framing {
    const headers = head.headers ?? [];
    if (head.type !== "Request" && bodiless(head.status_code, method)) {
      return { kind: "length", length: 0, remaining: 0, status: head.status_code };
    }
    if (valuesOf(headers, "transfer-encoding").length > 0) return { kind: "chunked" };
    const length = tokensOf(headers, "content-length")[0];
    if (length !== undefined) {
      if (length.length > PYTHON_DIGITS) throw new Fault("ValueError", null);
      return { kind: "length", length: Number(length), remaining: Number(length) };
    }
    return head.type === "Request" ? { kind: "length", length: 0, remaining: 0 } : { kind: "until-close" };
  }

  /** Every event passes here, sent or received. */
  private process(now: Exchange, role: Role, event: OracleEvent): void {
    const before = { client: now.client, server: now.server };
    let name: string = event.type;
    if (event.type === "Request" && role === "client") {
      for (const proposal of this.proposalsOf(event)) {
        if (!now.proposals.includes(proposal)) now.proposals.push(proposal);
      }
      this.settle(now);
    } else if (event.type === "InformationalResponse" && event.status_code === 101 && role === "server") {
      if (!now.proposals.includes("upgrade")) {
        throw new Fault("LocalProtocolError", 400, role === this.our ? "UNPROPOSED_SWITCH" : "UNSOLICITED_SWITCH");
      }
      name = "switch accepted";
    } else if (event.type === "Response") {
      if (role === "server" && now.proposals.includes("connect") && event.status_code < 300) name = "switch accepted";
      else now.proposals = [];
    }
    this.move(now, role, name);
    if (event.type === "Request") this.move(now, "server", "request seen");
    this.settle(now);

    if (event.type === "Request") now.method = event.method;
    const head = event.type === "Request" || event.type === "Response" || event.type === "InformationalResponse";
    if (head && role === this.their) this.version = event.http_version ?? "1.1";
    if ((event.type === "Request" || event.type === "Response") && !this.keepsAlive(now, event)) {
      // A response that closes closes for all requests behind it.
      for (const exchange of role === this.their ? this.exchanges : [now]) {
        exchange.keepAlive = false;
        this.settle(exchange);
      }
    }
    this.expect(now, role, event);
    if (now.client !== before.client && now.client === "SEND_BODY") this.startBody(now, "client", event as Head);
    if (now.server !== before.server && now.server === "SEND_BODY") this.startBody(now, "server", event as Head);
  }

  private expect(now: Exchange, role: Role, event: OracleEvent): void {
    if (event.type === "Request" && (event.http_version ?? "1.1") >= "1.1") {
      if (tokensOf(event.headers ?? [], "expect").includes("100-continue")) {
        now.waiting = true;
        now.expectation = "open";
      }
    }
    if (event.type === "InformationalResponse" || event.type === "Response") {
      const answers = event.status_code <= 101 || event.type === "Response";
      if (answers || (now.waiting && !this.applies("other-1xx-answers-nothing"))) now.waiting = false;
      if (answers && now.expectation === "open") now.expectation = event.type === "Response" ? "refused" : "none";
    }
    if (role === "client" && (event.type === "Data" || event.type === "EndOfMessage")) {
      now.waiting = false;
      now.expectation = "none";
    }
  }

  private startBody(now: Exchange, role: Role, head: Head): void {
    const framing = this.framingOf(head, now.method);
    if (role === this.our) now.writing = framing;
    else {
      now.reading = framing;
      this.chunk = { part: "size", remaining: 0, expected: "" };
      this.extensionOctets = 0;
    }
  }

  startNextCycle(): void {
    const { now } = this;
    if (now.client !== "DONE" || now.server !== "DONE") throw new Fault("LocalProtocolError", 400, "NOT_REUSABLE");
    this.exchanges.shift();
    if (this.exchanges.length === 0) this.exchanges.push(newExchange());
    this.emptyLines = 0;
    this.section = noLines();
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

  // ---------------------------------------------------------------- receiving

  feed(bytes: string): void {
    if (bytes === "") {
      this.ended = true;
      return;
    }
    if (this.ended) throw new Fault("RuntimeError", null);
    this.input += bytes;
  }

  private take(count: number): string {
    const taken = this.input.slice(0, count);
    this.input = this.input.slice(count);
    this.consumed += taken.length;
    this.section = noLines();
    return taken;
  }

  /** `spent`: so much h11 has taken out of its buffer when it finds the fault. */
  private fail({ code, status, at }: Found, spent = 0): never {
    const fault = new Fault("RemoteProtocolError", status, code, this.consumed + at);
    this.take(spent);
    throw fault;
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

  /** Finds the lines of the head or trailer section at the front of the input, going on where it stopped. */
  private findLines(): Section {
    const { section, input } = this;
    while (!section.complete) {
      const start = section.lines.at(-1)?.next ?? 0;
      const feed = input.indexOf("\n", Math.max(start, section.searched));
      section.searched = input.length;
      if (feed === -1) break;
      const end = feed > start && input[feed - 1] === "\r" ? feed - 1 : feed;
      section.lines.push({ start, end, next: feed + 1 });
      section.complete = start === end;
      section.searched = feed + 1;
    }
    return section;
  }

  /**
   * The first fault of the section: a complete line's at any place; an incomplete one's only when nothing can change it
   * any more. `limit` and what passing it is called count like a fault at the octet that passes it.
   */
  private faultOf(section: Section, kind: "request" | "response" | "trailers"): Found | null {
    const { input, ended } = this;
    const limit = kind === "trailers" ? this.limits.trailers : this.limits.head;
    const size = section.complete ? (section.lines.at(-1)?.next ?? 0) : input.length;
    const rule = kind === "trailers" ? "trailer-limit" : "head-limit";
    const over = size > limit && this.rules.has(rule);
    let fault: Found | null = null;
    while (fault === null && section.sound < section.lines.length) {
      const next = section.lines[section.sound]?.next ?? 0;
      fault = this.scanLine(kind, section, section.sound, input.slice(0, over ? Math.min(next, limit) : next));
      if (fault === null) section.sound += 1;
    }
    const rest = section.lines.at(-1)?.next ?? 0;
    if (fault === null && !section.complete && rest < (over ? limit : input.length) && (ended || over || rest === 0)) {
      // While the line can go on, only its first octet is looked at: the second says whether a CR there is bare.
      fault = this.scanLine(
        kind,
        section,
        section.lines.length,
        over ? input.slice(0, limit) : ended ? input : input.slice(0, 2),
      );
      if (!ended && !over && fault?.at !== 0) fault = null;
    }
    if (over && (fault === null || fault.at >= limit) && this.applies(rule)) {
      return found(kind === "trailers" ? "TRAILERS_TOO_LARGE" : "HEAD_TOO_LARGE", limit, 431);
    }
    return fault;
  }

  private scanLine(
    kind: "request" | "response" | "trailers",
    section: Section,
    index: number,
    text: string,
  ): Found | null {
    const start = section.lines[index]?.start ?? section.lines.at(-1)?.next ?? 0;
    if (index === 0 && kind === "request") return this.scanRequestLine(text);
    if (index === 0 && kind === "response") return this.scanStatusLine(text);
    const first = kind === "trailers" ? 0 : 1;
    if (index > first && WHITESPACE.test(text[start] ?? "")) {
      const refused = this.allowed.obsFold === undefined ? this.our === "server" : !this.allowed.obsFold;
      if (refused && this.applies("obs-fold-refused")) return found("OBS_FOLD", start);
      return this.scanValue(text, start);
    }
    const isEnd = text[start] === "\r" || text[start] === "\n";
    if (!isEnd) section.fields.add(start);
    if (!isEnd && section.fields.size > FIELDS && this.applies("field-count-limit")) {
      return found("TOO_MANY_FIELDS", start, 431);
    }
    let at = start;
    while (TOKEN_CHARACTER.test(text[at] ?? "")) at += 1;
    if (at === text.length) return null;
    if (at === start) return this.scanLineEnd(text, at, "BAD_FIELD_NAME");
    return text[at] === ":" ? this.scanValue(text, at + 1) : found("BAD_FIELD_NAME", at);
  }

  private scanRequestLine(text: string): Found | null {
    let at = 0;
    while (TOKEN_CHARACTER.test(text[at] ?? "")) at += 1;
    if (at === text.length) return null;
    if (at === 0 || text[at] !== " ") return found("BAD_METHOD", at);
    const target = at + 1;
    at = target;
    const visible = this.allowed.nonAsciiTarget ? /[\x21-\x7e\x80-\xff]/ : /[\x21-\x7e]/;
    while (visible.test(text[at] ?? "")) at += 1;
    if (at - target > TARGET && this.applies("target-limit")) return found("TARGET_TOO_LONG", target + TARGET, 414);
    if (at === text.length) return null;
    const lineEnds = text[at] === "\r" || text[at] === "\n";
    if (at === target || text[at] !== " ") return found(lineEnds && at > target ? "BAD_VERSION" : "BAD_TARGET", at);
    return this.scanVersion(text, at + 1) ?? this.scanLineEnd(text, at + 9, "BAD_VERSION");
  }

  private scanVersion(text: string, start: number): Found | null {
    for (const [index, pattern] of ["H", "T", "T", "P", "/", "[0-9]", "\\.", "[0-9]"].entries()) {
      const octet = text[start + index];
      if (octet === undefined) return null;
      if (!new RegExp(pattern).test(octet)) return found("BAD_VERSION", start + index);
    }
    return null;
  }

  private scanStatusLine(text: string): Found | null {
    const version = this.scanVersion(text, 0);
    if (version !== null) return version;
    for (const [index, pattern] of [
      " ",
      "[1-9]",
      "[0-9]",
      "[0-9]",
      this.allowed.missingReasonSpace === false ? " " : "[ \\r\\n]",
    ].entries()) {
      const octet = text[8 + index];
      if (octet === undefined) return null;
      if (!new RegExp(pattern).test(octet)) return found("BAD_STATUS", 8 + index);
    }
    let at = text[12] === " " ? 13 : 12;
    while (at < text.length && this.isReasonOctet(text[at] ?? "")) at += 1;
    return this.scanLineEnd(text, at, "BAD_REASON");
  }

  private isReasonOctet(octet: string): boolean {
    if (REFUSED_BY_H11.test(octet)) return false;
    return !CONTROL.test(octet) || !this.applies("control-bytes-in-reason");
  }

  private scanValue(text: string, start: number): Found | null {
    let at = start;
    while (at < text.length && this.isValueOctet(text[at] ?? "")) at += 1;
    return this.scanLineEnd(text, at, "BAD_FIELD_VALUE");
  }

  private isValueOctet(octet: string): boolean {
    if (this.allowed.controlBytesInValues) return !/[\0\r\n]/.test(octet);
    if (REFUSED_BY_H11.test(octet)) return false;
    return !CONTROL.test(octet) || !this.applies("control-bytes");
  }

  /** Where a line may end: CRLF. Anything else breaks the rule of what is before it. */
  private scanLineEnd(text: string, at: number, code: string): Found | null {
    const octet = text[at];
    if (octet === undefined) return null;
    if (octet === "\n") return !this.allowed.bareLf && this.applies("bare-lf-refused") ? found("BARE_LF", at) : null;
    if (octet !== "\r") return found(code, at);
    return text[at + 1] === undefined || text[at + 1] === "\n" ? null : found("BARE_CR", at);
  }

  private readHead(): OracleEvent | null {
    const kind = this.our === "server" ? "request" : "response";
    if (this.input === "") return null;
    this.headBegin = this.consumed;
    if (this.our === "client" && this.isUnsolicited()) return this.readUnsolicited();
    return this.readSolicitedHead(kind);
  }

  private readSolicitedHead(kind: "request" | "response"): Head | null {
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
    } else if (fault !== null) faults.push({ ...fault, order: place(lengths[0]) });
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

  private normalised(pairs: Pair[]): Pair[] {
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
    if (over && (fault === null || fault.at >= limit) && this.applies("chunk-line-limit")) {
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
    return true;
  }

  private scanChunkLine(line: string): Found | null {
    const digits = /^[0-9A-Fa-f]*/.exec(line)?.[0] ?? "";
    if (digits === "") return found("BAD_CHUNK_SIZE", 0);
    const tooLarge = [...digits].findIndex((_, index) => Number.parseInt(digits.slice(0, index + 1), 16) > LARGEST);
    if (
      digits.length > SIZE_DIGITS &&
      (tooLarge === -1 || tooLarge >= SIZE_DIGITS) &&
      this.applies("chunk-size-digits")
    ) {
      return found("CHUNK_SIZE_TOO_LONG", SIZE_DIGITS, 413);
    }
    if (tooLarge !== -1 && this.applies("integer-range")) return found("CHUNK_SIZE_TOO_LARGE", tooLarge);
    if (digits.length > 20) return found("BAD_CHUNK_SIZE", 20);
    const first = digits.length;
    const { fault, reached } = this.scanExtensions(line, first);
    const most = Math.min(EXTENSION_OCTETS, EXTENSION_OCTETS_IN_ALL - this.extensionOctets);
    if (reached - first > most && this.applies("chunk-extension-limit")) {
      return found("CHUNK_EXTENSIONS_TOO_LARGE", first + most, 413);
    }
    return fault;
  }

  /** What follows a chunk size, up to the line end; `reached` is the first octet that is not part of it. */
  private scanExtensions(line: string, first: number): { fault: Found | null; reached: number } {
    const rest = line.slice(first);
    const body = /^[^\r\n]*/.exec(rest)?.[0] ?? "";
    const h11 = /^(?:;[^\n]*)?[ \t]*\r\n$/.test(rest);
    const fault = this.extensionFault(line, first);
    const reached = fault?.at ?? first + body.length;
    if (fault === null) {
      const grammarOnly = !h11 && line.endsWith("\r\n") && !this.applies("chunk-extension-grammar");
      return { fault: grammarOnly ? found("BAD_CHUNK_EXTENSION", first) : null, reached };
    }
    if (!h11) return { fault, reached };
    const rule = /^[ \t]+\r\n$/.test(rest) ? "chunk-size-whitespace" : "chunk-extension-grammar";
    return this.applies(rule) ? { fault, reached } : { fault: null, reached };
  }

  /** RFC 9112 7.1.1, octet by octet, for the place of the first fault. */
  private extensionFault(line: string, first: number): Found | null {
    let at = first;
    const skip = (pattern: RegExp) => {
      const from = at;
      while (at < line.length && pattern.test(line[at] ?? "")) at += 1;
      return at > from;
    };
    for (;;) {
      const code = at === first ? "BAD_CHUNK_SIZE" : "BAD_CHUNK_EXTENSION";
      const gap = at;
      const spaces = skip(WHITESPACE);
      if (at === line.length) return null;
      if (line[at] === "\r" || line[at] === "\n") {
        if (spaces && !this.allowed.chunkSizeWhitespace) return found(code, gap);
        if (line[at] === "\n") return found("BARE_LF", at);
        return line[at + 1] === undefined || line[at + 1] === "\n" ? null : found("BARE_CR", at);
      }
      if (line[at] !== ";") return found(code, at);
      at += 1;
      skip(WHITESPACE);
      const name = skip(TOKEN_CHARACTER);
      if (at === line.length) return null;
      if (!name) return found("BAD_CHUNK_EXTENSION", at);
      const nameEnd = at;
      skip(WHITESPACE);
      if (at === line.length) return null;
      if (line[at] !== "=") {
        at = nameEnd;
        continue;
      }
      at += 1;
      skip(WHITESPACE);
      if (at === line.length) return null;
      if (line[at] !== '"') {
        if (!skip(TOKEN_CHARACTER)) return found("BAD_CHUNK_EXTENSION", at);
        continue;
      }
      for (at += 1; line[at] !== '"'; at += 1) {
        if (line[at] === "\\") at += 1;
        if (at >= line.length) return null;
        if (CONTROL.test(line[at] ?? "")) return found("BAD_CHUNK_EXTENSION", at);
      }
      at += 1;
    }
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
    const unruled = new Model(this.our, new Set());
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

  private refuse(code: string): never {
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

  private checkedHeaders(headers: Pair[]): Pair[] {
    let length: string | undefined;
    let codings = 0;
    for (const [name, value] of headers) {
      if (!IS_TOKEN.test(name)) this.refuse("BAD_FIELD_NAME");
      if (value !== trimmed(value) || REFUSED_BY_H11.test(value)) this.refuse("BAD_FIELD_VALUE");
      if (CONTROL.test(value) && this.applies("control-bytes")) this.refuse("BAD_FIELD_VALUE");
      if (lower(name) === "content-length") {
        const all = new Set(value.split(",").map(trimmed));
        const [only = ""] = all;
        if (all.size > 1 || (length !== undefined && length !== only)) this.refuse("CONFLICTING_CONTENT_LENGTH");
        if (!/^[0-9]+$/.test(only)) this.refuse("BAD_CONTENT_LENGTH");
        if ((length !== undefined || value !== only) && this.applies("repeated-content-length")) {
          this.refuse("REPEATED_CONTENT_LENGTH");
        }
        if (Number(only) > LARGEST && this.applies("integer-range")) this.refuse("CONTENT_LENGTH_TOO_LARGE");
        length = only;
      }
      if (lower(name) === "transfer-encoding") {
        codings += 1;
        if (codings > 1 || lower(value) !== "chunked") this.refuse("BAD_TRANSFER_ENCODING");
      }
    }
    return this.normalised(headers);
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
    const headers = head.headers ?? [];
    const ordered = [...headers.filter(([name]) => lower(name) === "host"), ...without(headers, "host")];
    const line =
      head.type === "Request"
        ? `${head.method} ${head.target} HTTP/1.1`
        : `HTTP/1.1 ${head.status_code} ${head.reason ?? ""}`;
    return `${line}\r\n${ordered.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
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
    if (framing?.kind === "chunked") return `0\r\n${trailers.map(([n, v]) => `${n}: ${v}\r\n`).join("")}\r\n`;
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

/** The option joins the first Connection field, and keep-alive leaves them all; a field that is left empty goes. */
function withOption(headers: Pair[], option: string): Pair[] {
  const isConnection = ([name]: Pair) => lower(name) === "connection";
  if (!headers.some(isConnection)) return [...headers, ["Connection", option]];
  let missing = [option];
  return headers.flatMap((field): Pair[] => {
    if (!isConnection(field)) return [field];
    const tokens = field[1].split(",").map(trimmed);
    const kept = tokens.filter((token) => token !== "" && lower(token) !== "keep-alive");
    const all = [...kept, ...missing];
    missing = [];
    return all.length === 0 ? [] : [[field[0], all.join(", ")]];
  });
}

function badLength(code: string, at: number): { fault: Found; at: number } {
  return { fault: found(code, at), at };
}

/** How much of a Host value is sound. */
function hostLength(value: string): number {
  const literal = /^\[[^\]]*\]/.exec(value)?.[0] ?? "";
  if (value.startsWith("[") && (literal === "" || !isHost(literal))) return 0;
  const host = literal || (/^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*/.exec(value)?.[0] ?? "");
  return host.length + (/^:[0-9]*/.exec(value.slice(host.length))?.[0].length ?? 0);
}

function bodiless(status: number, method: string | null): boolean {
  return status === 204 || status === 304 || method === "HEAD" || (method === "CONNECT" && status < 300);
}
