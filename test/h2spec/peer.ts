// The peer that plays a scenario against an end: one in memory, or one behind a socket.
import { once } from "node:events";
import type { Socket } from "node:net";
import { Http2Connection, type Http2Role } from "../../src/http2/index.ts";
import { frameLine, join, PREFACE, ping, readFrames, settings, settingsAck } from "../http2/frames.ts";
import type { Scenario, Step } from "./scenario.ts";

/** The longest wait for what must come. */
const PATIENCE = 10_000;
const IS_THERE = "is there";

/** An end under test, seen by its peer. */
export interface End {
  send(octets: Uint8Array): void;
  /** All that this end has sent. */
  readonly received: Uint8Array;
  /** This end has closed the connection. */
  readonly isClosed: boolean;
  /** Resolves when something has come, or the end. */
  news(): Promise<unknown>;
}

/** The frames of an end of this role that are complete, as lines. */
function linesOf(end: End, role: Http2Role): string[] {
  const octets = end.received.subarray(role === "client" ? PREFACE.length : 0);
  let length = 0;
  while (length + 9 <= octets.length) {
    const next =
      length + 9 + (octets[length] ?? 0) * 65_536 + (octets[length + 1] ?? 0) * 256 + (octets[length + 2] ?? 0);
    if (next > octets.length) break;
    length = next;
  }
  return readFrames(octets.subarray(0, length)).map(frameLine);
}

/** What counts of it: not SETTINGS, their ACKs, WINDOW_UPDATE, nor the request that a client began with. */
function said(lines: readonly string[], role: Http2Role): string[] {
  const heard = lines.filter((line) => !/^(SETTINGS|WINDOW_UPDATE)/.test(line));
  return role === "client" ? heard.slice(1) : heard;
}

/** Waits until this holds or the connection is closed. */
async function until(end: End, holds: () => boolean): Promise<void> {
  const limit = performance.now() + PATIENCE;
  while (!holds() && !end.isClosed) {
    await Promise.race([end.news(), new Promise((resolve) => setTimeout(resolve, 50).unref())]);
    if (performance.now() > limit) return;
  }
}

/** Plays a scenario against an end. Returns what the end said, and whether it closed the connection. */
export async function play(end: End, role: Http2Role, { steps, says, closes }: Scenario) {
  const lines = () => linesOf(end, role);
  end.send(role === "server" ? join(PREFACE, settings()) : settings());
  await until(end, () => lines().includes("SETTINGS ACK") && (role === "server" || lines().some(isRequest)));
  end.send(settingsAck());
  let passed = lines().length;
  for (const run of runsOf(steps)) {
    if (run instanceof Uint8Array) {
      end.send(run);
      continue;
    }
    await until(end, () =>
      lines()
        .slice(passed)
        .some((line) => line.startsWith(run.line)),
    );
    passed = lines().length;
  }
  if (!closes) {
    await until(end, () => said(lines(), role).length >= says.length);
    end.send(ping(IS_THERE));
  }
  await until(end, () => !closes && lines().includes(`PING ACK ${IS_THERE}`));
  return { says: said(lines(), role).filter((line) => !line.endsWith(IS_THERE)), closes: end.isClosed };
}

const isRequest = (line: string): boolean => line.startsWith("HEADERS 1");

/** The steps, frames that follow each other joined: they arrive together. */
function runsOf(steps: readonly Step[]): Step[] {
  const runs: Step[] = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (step instanceof Uint8Array && last instanceof Uint8Array) runs[runs.length - 1] = join(last, step);
    else runs.push(step);
  }
  return runs;
}

// --- ends -------------------------------------------------------------------------------------------------------------------

const HELLO = new TextEncoder().encode("hello");

/** A connection without I/O: a server that answers when all that was sent has been read, or a client that asks. */
export class MemoryEnd implements End {
  received: Uint8Array = new Uint8Array(0);
  isClosed = false;
  private readonly http: Http2Connection;

  constructor(role: Http2Role) {
    this.http = new Http2Connection(role);
    if (role === "client") this.http.openStream({ method: "GET", authority: "a", target: "/" }, { endStream: true });
    this.drain();
  }

  send(octets: Uint8Array): void {
    if (this.isClosed) return;
    const { http } = this;
    http.feed(octets);
    const asked = this.read();
    this.drain();
    for (const { streamId, method } of asked) this.answer(streamId, method);
    this.drain();
  }

  async news(): Promise<void> {}

  /** Returns the requests that were received whole. */
  private read(): { streamId: number; method: string }[] {
    const methods = new Map<number, string>();
    const whole: number[] = [];
    try {
      for (const event of this.http.events()) {
        if (event.type === "request") methods.set(event.streamId, event.method);
        else if (event.type === "end-of-message") whole.push(event.streamId);
        else if (event.type === "stream-reset") methods.delete(event.streamId);
      }
    } catch {
      // GOAWAY says it.
    }
    if (this.http.role === "client" || this.http.finished) return [];
    return whole.filter((id) => methods.has(id)).map((streamId) => ({ streamId, method: methods.get(streamId) ?? "" }));
  }

  private answer(streamId: number, method: string): void {
    this.http.send({ type: "response", streamId, status: 200 });
    if (method !== "HEAD") this.http.send({ type: "data", streamId, data: HELLO });
    this.http.send({ type: "end-of-message", streamId });
  }

  private drain(): void {
    this.received = join(this.received, this.http.bytesToSend());
    this.isClosed = this.http.finished;
  }
}

/** What is behind a socket. */
export class SocketEnd implements End {
  received: Uint8Array = new Uint8Array(0);
  isClosed = false;
  private readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (octets: Uint8Array) => {
      this.received = join(this.received, octets);
    });
    for (const event of ["end", "close", "error"]) {
      socket.on(event, () => {
        this.isClosed = true;
      });
    }
  }

  send(octets: Uint8Array): void {
    this.socket.write(octets);
  }

  news(): Promise<unknown> {
    const ends = new AbortController();
    const { signal } = ends;
    const came = ["data", "end", "close"].map((event) => once(this.socket, event, { signal }).catch(() => {}));
    return Promise.race(came).finally(() => ends.abort());
  }
}
