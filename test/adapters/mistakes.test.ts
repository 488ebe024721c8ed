// What a caller of the adapters says is what goes on the wire, or it is an error: see test/http2/mistakes.test.ts.
import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Connection, type FetchOptions, type PlainRequest } from "../../src/adapters/web/index.ts";
import { forbidUnhandledRejections, RawPeer, streamPair } from "./helpers.ts";

forbidUnhandledRejections();

const REQUEST: PlainRequest = { target: "/", authority: "a" };

function connected() {
  const [ours, theirs] = streamPair();
  return { connection: new Connection(ours), peer: new RawPeer(theirs) };
}

describe("a request is refused, and nothing is sent", () => {
  it.each<[what: string, code: string, request: object, options?: object]>([
    ["a controller for its signal", "TypeError", REQUEST, { signal: new AbortController() }],
    ["a controller for the signal of the request", "TypeError", { ...REQUEST, signal: new AbortController() }],
  ])("%s", async (_what, code, request, options) => {
    const { connection, peer } = connected();
    const fetched = connection.fetch(request as PlainRequest, options as FetchOptions);
    const error = (await fetched.catch((reason: unknown) => reason)) as { name: string; code?: string };
    expect(error.code ?? error.name).toBe(code);
    await connection.close();
    await peer.ends();
    expect(peer.received).toBe("");
  });
});

it("a signal of another realm aborts", async () => {
  const { connection } = connected();
  // Enough of one: no realm but the first has AbortSignal in Node.
  const signal = runInContext(
    `({ aborted: false, listeners: [], addEventListener(_, listener) { this.listeners.push(listener); },
        removeEventListener() {}, abort() { this.aborted = true; this.reason = "stop"; for (const each of this.listeners) each(); } })`,
    createContext(),
  );
  const fetched = connection.fetch(REQUEST, { signal });
  signal.abort();
  await expect(fetched).rejects.toBe("stop");
});
