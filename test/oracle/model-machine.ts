/** The model's state: exchanges, their two coupled machines, and what every event, sent or received, does to them. */

import type { OracleEvent } from "./golden.ts";
import {
  bodiless,
  type Framing,
  type Head,
  type Name,
  PYTHON_DIGITS,
  type Request,
  type Role,
  type Switch,
  tokensOf,
  valuesOf,
} from "./model-grammar.ts";
import { Fault } from "./protocol.ts";
import type { Rule } from "./rules.ts";

/** What an event does to the state of the side that sends it; "request seen" is what a request does to the server. */
export const TRANSITIONS: Record<Role, Partial<Record<Name, Record<string, Name>>>> = {
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

/** One request and its response, and what of them governs the other. A refused send must leave all of it as it was. */
export interface Exchange {
  client: Name;
  server: Name;
  keepAlive: boolean;
  proposals: Switch[];
  method: string | null;
  waiting: boolean;
  /** The body is expected until its first octets come; a final response before them refuses it. */
  expectation: "none" | "open" | "refused";
  /** The request was HTTP/1.0 and asked to keep the connection. */
  keptAlive10: boolean;
  reading: Framing | null;
  writing: Framing | null;
  informational: number;
  /** Octets that had been fed when the request was sent. */
  fedBefore: number;
}

export const newExchange = (): Exchange => ({
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

export class Machine {
  readonly touched = new Set<Rule>();
  protected readonly our: Role;
  protected readonly their: Role;
  /** In order of the requests. More than one only in a client that pipelines. */
  protected exchanges = [newExchange()];
  protected version: string | null = null;
  protected readonly rules: ReadonlySet<Rule>;

  constructor(role: Role, rules: ReadonlySet<Rule>) {
    this.rules = rules;
    this.our = role;
    this.their = role === "client" ? "server" : "client";
  }

  protected applies(rule: Rule): boolean {
    this.touched.add(rule);
    return this.rules.has(rule);
  }

  /** The exchange in which the peer speaks. */
  protected get now(): Exchange {
    return this.exchanges[0] as Exchange;
  }

  /** The exchange in which we speak. */
  protected get sending(): Exchange {
    return this.exchanges.at(-1) as Exchange;
  }

  protected move(now: Exchange, role: Role, event: string): void {
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

  protected settle(now: Exchange): void {
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

  protected proposalsOf(request: Request): Switch[] {
    const proposals: Switch[] = [];
    const headers = request.headers ?? [];
    if (request.method === "CONNECT") proposals.push("connect");
    if (tokensOf(headers, "upgrade").length > 0) {
      const proper = tokensOf(headers, "connection").includes("upgrade") && request.http_version === "1.1";
      if (proper || !this.applies("upgrade-needs-connection")) proposals.push("upgrade");
    }
    return proposals;
  }

  protected keepsAlive(now: Exchange, head: Head): boolean {
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
  protected framingOf(head: Head, method: string | null): Framing {
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
  protected process(now: Exchange, role: Role, event: OracleEvent): void {
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

  protected expect(now: Exchange, role: Role, event: OracleEvent): void {
    if (event.type === "Request" && (event.http_version ?? "1.1") >= "1.1") {
      if (tokensOf(event.headers ?? [], "expect").includes("100-continue")) {
        now.waiting = true;
      }
    }
    if (event.type === "Request") now.expectation = "open";
    if (event.type === "InformationalResponse" || event.type === "Response") {
      const answers = event.status_code <= 101 || event.type === "Response";
      if (answers || (now.waiting && !this.applies("other-1xx-answers-nothing"))) now.waiting = false;
      if (event.type === "Response" && now.expectation === "open") now.expectation = "refused";
    }
    if (role === "client" && (event.type === "Data" || event.type === "EndOfMessage")) {
      now.waiting = false;
      now.expectation = "none";
    }
  }

  /** A body is read from here on. */
  protected beginBody(): void {}

  protected startBody(now: Exchange, role: Role, head: Head): void {
    const framing = this.framingOf(head, now.method);
    if (role === this.our) now.writing = framing;
    else {
      now.reading = framing;
      this.beginBody();
    }
  }
}
