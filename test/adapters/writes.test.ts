// What is put together into one write: a head, the pieces of its body that are ready, the end. A body that is not ready keeps
// no head waiting. Whatever is due is written before the event loop's next task: there is no timer in it.
import { describe, expect, it } from "vitest";
import {
  Connection,
  type FetchHandler,
  http2,
  type PlainRequest,
  type Protocol,
  serveConnection,
} from "../../src/adapters/web/index.ts";
import { Http2Connection } from "../../src/http2/index.ts";
import { latin1, octets } from "../helpers.ts";
import { frames } from "../http2/pair.ts";
import { forbidUnhandledRejections } from "./helpers.ts";

forbidUnhandledRejections();

const nextTask = () => new Promise((done) => setImmediate(done));

/** A byte stream whose other end says what it is told to, and notes what is written to it, one by one. */
function noted() {
  const writes: Uint8Array[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const readable = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
  });
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) => {
      writes.push(chunk);
    },
  });
  return { stream: { readable, writable }, writes, say: (chunk: Uint8Array) => controller?.enqueue(chunk) };
}

const HTTP1 = { protocol: undefined, told: (chunk: Uint8Array) => latin1(chunk).split("\r\n") };
const HTTP2 = { protocol: http2, told: (chunk: Uint8Array) => frames(chunk).map((line) => line.replace(/:.*/, "")) };

interface Spoken {
  readonly protocol: Protocol | undefined;
  told(chunk: Uint8Array): string[];
}

/** What a server writes for one GET up to the next task, and after `more`. */
async function answered({ protocol, told }: Spoken, handler: FetchHandler, more = (): void => {}): Promise<string[][]> {
  const { stream, writes, say } = noted();
  const served = serveConnection(stream, handler, { protocol });
  if (protocol === undefined) {
    say(octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  } else {
    const client = new Http2Connection("client");
    say(client.bytesToSend());
    await nextTask();
    writes.length = 0;
    client.openStream({ method: "GET", target: "/", authority: "a" }, { endStream: true });
    say(client.bytesToSend());
  }
  await nextTask();
  const first = writes.splice(0).map(told);
  more();
  await nextTask();
  served.abort();
  return [...first, ...writes.map(told)];
}

const encoded = (text: string) => new TextEncoder().encode(text);

function streamOf(...pieces: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(encoded(piece));
    },
  });
}

const whole = (...body: string[]) => ["HTTP/1.1 200 OK", "transfer-encoding: chunked", "", ...body, "0", "", ""];

const READY: [name: string, make: FetchHandler, body: string[]][] = [
  ["a text", () => new Response(encoded("hello")), ["5", "hello"]],
  ["a stream", async () => new Response(streamOf("ab", "cde")), ["2", "ab", "3", "cde"]],
  ["a stream through another", () => new Response(streamOf("abc").pipeThrough(new TransformStream())), ["3", "abc"]],
  ["a copy", () => new Response(encoded("hello")).clone(), ["5", "hello"]],
];

describe.each(READY)("an answer that is ready: %s", (_, make, body) => {
  it("HTTP/1.1: one write", async () => {
    const [written, ...later] = await answered(HTTP1, make);
    expect(written?.map((line) => line.toLowerCase())).toEqual(whole(...body).map((line) => line.toLowerCase()));
    expect(later).toEqual([]);
  });

  it("HTTP/2: one write, and no frame for the end alone", async () => {
    const data = body.filter((_line, index) => index % 2 === 1).map(() => "DATA 1");
    data[data.length - 1] = "DATA 1 END";
    expect(await answered(HTTP2, make)).toEqual([["HEADERS 1", ...data]]);
  });
});

describe.each([
  ["HTTP/1.1", HTTP1, "HTTP/1.1 200 OK", "data: 1"],
  ["HTTP/2", HTTP2, "HEADERS 1", "DATA 1"],
] as const)("an answer that is not ready, %s", (_, spoken, head, piece) => {
  it("its head goes at once, each piece when it comes", async () => {
    let events: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        events = controller;
      },
    });
    const written = await answered(
      spoken,
      () => new Response(body),
      () => events?.enqueue(encoded("data: 1")),
    );
    expect(written.length).toBe(2);
    expect(written[0]).toContain(head);
    expect(written[0]).not.toContain(piece);
    expect(written[1]).toContain(piece);
  });
});

describe("a request whose body is a stream", () => {
  const request: PlainRequest = { method: "POST", target: "/", authority: "a" };

  it("HTTP/1.1: one write", async () => {
    const { stream, writes } = noted();
    const connection = new Connection(stream);
    const answer = connection.fetch({ ...request, body: streamOf("abc") });
    await nextTask();
    expect(writes.map(latin1)).toEqual([
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ]);
    connection.abort("enough");
    await expect(answer).rejects.toMatchObject({ code: "DISCONNECTED" });
  });

  it("HTTP/2: one write", async () => {
    const { stream, writes, say } = noted();
    const connection = new Connection(stream, { protocol: http2 });
    say(new Http2Connection("server").bytesToSend());
    await nextTask();
    writes.length = 0;
    const answer = connection.fetch({ ...request, body: streamOf("abc") });
    await nextTask();
    expect(writes.map(HTTP2.told)).toEqual([["HEADERS 1", "DATA 1 END"]]);
    connection.abort("enough");
    await expect(answer).rejects.toMatchObject({ code: "DISCONNECTED" });
  });
});
