/** Our connection behind the oracle's operations. Only the shape of the API is translated here, nothing else. */

import { Http1Connection, LocalProtocolError, RemoteProtocolError } from "../../src/index.ts";
import type { OracleEvent, Pair, State } from "./golden.ts";
import type { Allowed } from "./model-lines.ts";
import { type Endpoint, Fault, type Sentinel } from "./protocol.ts";

type Role = "client" | "server";
type Sent = Parameters<Http1Connection["send"]>[0];

export const octetsOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
export const textOf = (octets: Uint8Array) => Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
const nameOf = (state: string) => state.toUpperCase().replaceAll("-", "_");

/** h11's default reason is empty, so the driver gives it where the scenario gives none. */
export function toSend(event: OracleEvent): Sent {
  switch (event.type) {
    case "Request": {
      const { method, target, headers = [], http_version } = event;
      return { type: "request", method, target, headers, ...(http_version && { httpVersion: http_version }) };
    }
    case "Response":
    case "InformationalResponse": {
      const { status_code: status, headers = [], reason = "", http_version } = event;
      const type = event.type === "Response" ? "response" : "informational-response";
      return { type, status, headers, reason, ...(http_version && { httpVersion: http_version }) };
    }
    case "Data":
      return { type: "data", data: octetsOf(event.data) };
    case "EndOfMessage":
      return { type: "end-of-message", headers: event.headers ?? [] };
    case "ConnectionClosed":
      return { type: "connection-closed" };
  }
}

function received(event: ReturnType<Http1Connection["nextEvent"]>): OracleEvent | Sentinel {
  switch (event.type) {
    case "need-data":
      return "NEED_DATA";
    case "paused":
      return "PAUSED";
    case "request": {
      const { method, target, httpVersion, headers } = event;
      return { type: "Request", method, target, http_version: httpVersion, headers: [...headers.raw()] as Pair[] };
    }
    case "response":
    case "informational-response":
      return {
        type: event.type === "response" ? "Response" : "InformationalResponse",
        status_code: event.status,
        reason: event.reason,
        http_version: event.httpVersion,
        headers: [...event.headers.raw()] as Pair[],
      };
    case "data":
      return { type: "Data", data: textOf(event.data) };
    case "end-of-message":
      return { type: "EndOfMessage", headers: [...event.headers.raw()] as Pair[] };
    case "connection-closed":
      return { type: "ConnectionClosed" };
  }
}

/** Our errors as faults. Anything else is a defect and stays what it is. */
function translated<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof LocalProtocolError) throw new Fault("LocalProtocolError", error.statusHint, error.code);
    if (error instanceof RemoteProtocolError) {
      throw new Fault("RemoteProtocolError", error.statusHint, error.code, error.offset);
    }
    throw error;
  }
}

const REQUEST = octetsOf("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

export class Driver implements Endpoint {
  readonly connection: Http1Connection;
  private readonly role: Role;

  constructor(role: Role, limit?: number, allow: Allowed = {}) {
    this.role = role;
    const limits = limit === undefined ? {} : { maxHeadBytes: limit, maxTrailerBytes: limit, maxChunkLineBytes: limit };
    this.connection = new Http1Connection(role, { limits, allow });
  }

  feed(bytes: string): void {
    if (bytes === "") {
      this.connection.feedEof();
      return;
    }
    try {
      this.connection.feed(octetsOf(bytes));
    } catch (error) {
      // Feeding after the end is the caller's error: RuntimeError in Python, TypeError here.
      if (error instanceof TypeError) throw new Fault("RuntimeError", null);
      throw error;
    }
  }

  next(): OracleEvent | Sentinel {
    return translated(() => received(this.connection.nextEvent()));
  }

  send(event: OracleEvent): string {
    translated(() => this.connection.send(toSend(event)));
    return textOf(this.connection.bytesToSend());
  }

  /** Ours has no events to construct: a fresh connection that may send such an event checks it. */
  make(event: OracleEvent): void {
    const role = event.type === "Request" ? "client" : "server";
    const fresh = new Http1Connection(role);
    if (role === "server") {
      fresh.feed(REQUEST);
      for (const _ of fresh.events());
    }
    translated(() => fresh.send(toSend(event)));
  }

  sendFailed(): void {
    this.connection.sendFailed();
  }

  startNextCycle(): void {
    translated(() => this.connection.startNextCycle());
  }

  trailingData(): [data: string, eof: boolean] {
    const { data, eof } = translated(() => this.connection.takeTrailingData());
    return [textOf(data), eof];
  }

  state(): State {
    const { connection, role } = this;
    const waiting = role === "server" ? connection.remoteIsWaitingFor100Continue : connection.isWaitingFor100Continue;
    return [nameOf(connection.localState), nameOf(connection.remoteState), connection.remoteHttpVersion, waiting];
  }
}
