// One HTTP/2 connection, either end. Bytes in, events out; events in, bytes out. No sockets, timers or clocks: the caller
// moves the bytes, tells the time where a budget needs it, and decides when to give up.
import type { Http2Code } from "./codes.ts";
import type {
  AlternativeService,
  Http2Event,
  Http2Priority,
  Http2ReceivedEvent,
  Http2Request,
  Http2RequestEvent,
  Http2Send,
  OpenStreamOptions,
} from "./events.ts";
import { type Http2Options, type Http2Role, readOptions } from "./options.ts";
import type { GivenSettings, Http2Settings } from "./settings.ts";

/** What `sniff` says of the first octets of a connection. */
export type Sniffed = "http2" | "http1" | "need-data";

function todo(): never {
  throw new Error("under construction");
}

/** One end of one HTTP/2 connection (RFC 9113). */
export class Http2Connection {
  /** Which end this is. */
  readonly role: Http2Role;

  constructor(role: Http2Role, options?: Http2Options) {
    if (role !== "client" && role !== "server") throw new TypeError('role must be "client" or "server"');
    this.role = role;
    readOptions(role, options);
  }

  get finished(): boolean {
    return todo();
  }

  get openStreams(): { readonly local: number; readonly remote: number } {
    return todo();
  }

  get localSettings(): Http2Settings {
    return todo();
  }

  get remoteSettings(): Http2Settings {
    return todo();
  }

  get queuedBytes(): number {
    return todo();
  }

  window(_streamId: number): number {
    return todo();
  }

  feed(_bytes: Uint8Array, _now?: number): void {
    todo();
  }

  feedEof(): void {
    todo();
  }

  nextEvent(): Http2Event {
    return todo();
  }

  events(): IterableIterator<Http2ReceivedEvent> {
    return todo();
  }

  openStream(_request: Http2Request, _options?: OpenStreamOptions): number {
    return todo();
  }

  /** False for data that is queued behind a window: a `drain` event follows. Otherwise true. */
  send(_event: Http2Send): boolean {
    return todo();
  }

  reset(_streamId: number, _code?: Http2Code): void {
    todo();
  }

  release(_streamId: number, _octets: number): void {
    todo();
  }

  ping(_data?: Uint8Array): void {
    todo();
  }

  updateSettings(_settings: GivenSettings): void {
    todo();
  }

  push(_streamId: number, _request: Http2Request): number {
    return todo();
  }

  prioritize(_streamId: number, _priority: Http2Priority): void {
    todo();
  }

  shutdown(): void {
    todo();
  }

  goaway(_code?: Http2Code, _debugData?: Uint8Array): void {
    todo();
  }

  altsvc(_service: AlternativeService): void {
    todo();
  }

  origin(_origins: readonly string[]): void {
    todo();
  }

  bytesToSend(_max?: number): Uint8Array {
    return todo();
  }

  chunksToSend(_max?: number): Uint8Array[] {
    return todo();
  }

  static fromUpgrade(
    _role: Http2Role,
    _request: Pick<Http2RequestEvent, "method" | "target" | "headers">,
    _http2Settings: string,
    _options?: Http2Options,
  ): Http2Connection {
    return todo();
  }

  static sniff(_bytes: Uint8Array): Sniffed {
    return todo();
  }
}
