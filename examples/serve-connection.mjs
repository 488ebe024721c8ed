// @ts-check
// The loop that every user of the core writes: feed what came, pull events until there are none, let handlers answer,
// write once for all the requests of one read. Knows time and when to close; knows no route.
import { Http1Connection, RemoteProtocolError } from "sansio";
import { Transport } from "./transport.mjs";

/**
 * What answers a request. Handlers are shared by all connections: what one of them keeps for a request is
 * `connection.state`. All methods run synchronously.
 * @typedef {object} Handler
 * @property {(connection: ServedConnection) => void} start the request's head has come
 * @property {(connection: ServedConnection, octets: Uint8Array) => void} [data] a piece of its body; absent: skipped
 * @property {(connection: ServedConnection, message: EndOfMessage) => void} [end] the request is complete
 * @property {(connection: ServedConnection) => void} [settle] all that one read brought has been handed over
 * @property {(connection: ServedConnection) => void} [writable] after write() gave false: the peer has caught up
 *
 * @typedef {import("sansio").Http1Event} Http1Event
 * @typedef {Extract<Http1Event, { type: "request" }>} Request
 * @typedef {Extract<Http1Event, { type: "end-of-message" }>} EndOfMessage
 * @typedef {{ type: "response", status: number, headers: [string, string][] }} Response
 */

export class ServedConnection {
  /** @type {Request} the request being answered */
  // @ts-expect-error there is none before the first
  request = null;
  /** @type {any} what the handler keeps for this request */
  state = null;
  /** How many requests have begun on this connection. */
  requests = 0;

  #http = new Http1Connection("server");
  #service;
  #transport;
  /** @type {Handler} */
  #handler = UNREAD;
  #wantsBody = false;
  #skipped = 0;
  /** Requests wait behind one whose answer is not complete: nothing more is read before it is. */
  #held = false;
  #phase = "";
  #progress = 0;
  #since = 0;

  /**
   * @param {import("node:net").Socket} socket
   * @param {import("./serve.mjs").Service} service
   */
  constructor(socket, service) {
    this.#service = service;
    this.#transport = new Transport(socket, service.options, this);
    service.connections.add(this);
  }

  // ---- for handlers -------------------------------------------------------------------------------------------------

  /** The request's body is wanted: a client that waits for "100 Continue" gets it. */
  wantBody() {
    this.#wantsBody = true;
  }

  /** @param {Response} response its headers may be a shared constant: they are not changed */
  respond(response) {
    this.#http.send(this.#isLast() ? { ...response, headers: [...response.headers, CLOSE] } : response);
  }

  /**
   * Body octets of the answer, kept by reference until they are sent. False: send no more before `writable`.
   * @param {Uint8Array} octets
   */
  write(octets) {
    if (this.request.method === "HEAD") return true;
    this.#http.send({ type: "data", data: octets });
    if (this.#http.queuedBytes >= FLUSH_AT) this.#transport.flush(this.#http);
    return !this.#transport.blocked;
  }

  /** @param {Iterable<readonly [string, string]>} [trailers] only on a chunked body */
  finish(trailers) {
    const sendsTrailers = trailers !== undefined && this.request.method !== "HEAD";
    this.#http.send(sendsTrailers ? { type: "end-of-message", headers: trailers } : END_OF_MESSAGE);
    this.#handler = UNREAD;
    this.state = null;
  }

  /** What follows these answers may be anything: a body that was never sent, the first octets of a tunnel. */
  #isLast() {
    return (
      this.#service.stopping ||
      this.request.method === "CONNECT" ||
      (this.#http.remoteIsWaitingFor100Continue && !this.#wantsBody)
    );
  }

  // ---- from the transport -------------------------------------------------------------------------------------------

  /** @param {Uint8Array} octets */
  received(octets) {
    this.#http.feed(octets);
    this.#pump();
  }

  receivedEnd() {
    this.#http.feedEof();
    this.#pump();
  }

  drained() {
    try {
      if (this.#handler.writable !== undefined) this.#handler.writable(this);
    } catch (error) {
      this.#fail(error);
    }
    this.#pump();
  }

  gone() {
    this.#service.connections.delete(this);
  }

  // ---- the loop -----------------------------------------------------------------------------------------------------

  #pump() {
    const http = this.#http;
    const transport = this.#transport;
    try {
      while (!transport.blocked && this.#step(http.nextEvent())) {
        if (http.queuedBytes >= FLUSH_AT) transport.flush(http);
      }
      if (this.#handler.settle !== undefined) this.#handler.settle(this);
      if (this.#wantsBody && http.remoteIsWaitingFor100Continue) http.send(CONTINUE);
    } catch (error) {
      this.#fail(error);
    }
    transport.flush(http);
    if (CLOSING_STATES.has(http.localState)) transport.close();
    transport.hold(transport.blocked || this.#held);
  }

  /**
   * @param {Http1Event} event
   * @returns {boolean} whether another event may be had now
   */
  #step(event) {
    switch (event.type) {
      case "request":
        this.request = event;
        this.requests += 1;
        this.#wantsBody = false;
        this.#skipped = 0;
        this.#handler = this.#service.route(event);
        this.#handler.start(this);
        return true;
      case "data":
        if (this.#handler.data !== undefined) this.#handler.data(this, event.data);
        else this.#skip(event.data.length);
        return !this.#transport.lingering;
      case "end-of-message":
        if (this.#handler.end !== undefined) this.#handler.end(this, event);
        this.#nextCycle();
        return !this.#transport.lingering;
      case "connection-closed":
        return false;
      default:
        this.#held = !this.#nextCycle() && event.type === "paused";
        return !this.#held && event.type === "paused";
    }
  }

  /** With both sides of the exchange complete the connection is free for the next one. */
  #nextCycle() {
    if (this.#http.localState !== "done" || this.#http.remoteState !== "done") return false;
    if (this.#service.stopping) this.#close();
    else this.#http.startNextCycle();
    return !this.#transport.lingering;
  }

  /** @param {number} count octets of a body that no handler reads */
  #skip(count) {
    this.#skipped += count;
    if (this.#skipped > this.#service.options.unreadBodyOctets) this.#close();
  }

  // ---- closing ------------------------------------------------------------------------------------------------------

  /** @param {unknown} error of the peer, or of a handler of ours */
  #fail(error) {
    if (error instanceof RemoteProtocolError) this.#http.errorResponse(error);
    else {
      console.error(error);
      this.#refuse(500);
    }
    this.#abandon();
  }

  /** @param {number} status answered if the request has no answer yet */
  #refuse(status) {
    if (this.#http.localState !== "send-response" && this.#http.localState !== "idle") return;
    this.#http.send({ type: "response", status, headers: [["Content-Length", "0"], CLOSE] });
    this.#http.send(END_OF_MESSAGE);
  }

  /** Closes, and makes sure that an answer cut short does not look complete: one to HTTP/1.0 may end with the FIN. */
  #abandon() {
    if (this.#http.localState === "send-body" && this.#http.remoteHttpVersion !== "1.1") this.#transport.reset();
    this.#close();
  }

  #close() {
    this.#transport.flush(this.#http);
    this.#transport.close();
    this.#handler = UNREAD;
  }

  /** Ends the connection now if it is idle, else after the answer in progress. */
  stop() {
    if (this.#currentPhase() === "idle") this.#close();
  }

  destroy() {
    this.#transport.destroy();
  }

  // ---- time ---------------------------------------------------------------------------------------------------------

  /**
   * Called a few times a second for every connection, so that requests themselves never touch a timer.
   * @param {number} now
   */
  tick(now) {
    this.#transport.tick(now);
    const phase = this.#currentPhase();
    const progress = phase === "body" ? this.#transport.octetsRead : this.requests;
    if (phase !== this.#phase || progress !== this.#progress) {
      this.#phase = phase;
      this.#progress = progress;
      this.#since = now;
      return;
    }
    const { idleTimeout, headTimeout, bodyTimeout } = this.#service.options;
    const waited = now - this.#since;
    if (phase === "idle" && waited >= idleTimeout) this.#close();
    if ((phase === "head" && waited >= headTimeout) || (phase === "body" && waited >= bodyTimeout)) {
      this.#refuse(408);
      this.#abandon();
    }
  }

  /** What the connection waits for; "" when it is not the peer's octets. */
  #currentPhase() {
    if (this.#transport.lingering || this.#transport.blocked || this.#held) return "";
    if (this.#http.remoteState === "send-body") return "body";
    if (this.#http.remoteState !== "idle") return "";
    return this.#http.bufferedBytes > 0 ? "head" : "idle";
  }
}

/** @type {[string, string]} */
const CLOSE = ["Connection", "close"];
/** @type {{ type: "end-of-message" }} */
const END_OF_MESSAGE = Object.freeze({ type: "end-of-message" });
/** @type {{ type: "informational-response", status: number }} */
const CONTINUE = Object.freeze({ type: "informational-response", status: 100 });
/** @type {Handler} reads nothing: the loop skips the body */
const UNREAD = { start() {} };
const CLOSING_STATES = new Set(["must-close", "closed", "error"]);

/** One write carries about this much: less costs system calls, more costs memory for every slow peer. */
const FLUSH_AT = 64 * 1024;
