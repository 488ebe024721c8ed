// What the bundlers bundle: an exchange of each protocol in memory, and one over Web Streams with a handler of Fetch types.
import * as sansio from "sansio";
import { fetchOver, serveConnection } from "sansio/web";
import { exchange } from "./run.js";
import { exchangeHttp2 } from "./run-http2.js";

export async function results() {
  return { http1: exchange(sansio), http2: exchangeHttp2(sansio), fetch: await fetched() };
}

async function fetched() {
  const [up, down] = [new TransformStream(), new TransformStream()];
  serveConnection(
    { readable: up.readable, writable: down.writable },
    async (request) => new Response(`${request.method} ${await request.text()}`),
  );
  const stream = { readable: down.readable, writable: up.writable };
  const asked = new Request("http://example.com/echo", { method: "POST", body: "hi" });
  const { response } = await fetchOver(stream, asked);
  return `${response.status} ${await response.text()}`;
}
