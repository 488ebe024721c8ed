// Compiled against the packed types under every way of resolving modules, strictly and without skipLibCheck. The lines
// marked must not compile: types that accept everything would pass the rest.
import {
  type HeaderFields,
  Http1Connection,
  type Http1Event,
  type Http1Send,
  LocalProtocolError,
  NEED_DATA,
  PAUSED,
  RemoteProtocolError,
} from "sansio";
import { Http1Connection as Same } from "sansio/http1";

const client: Http1Connection = new Same("client", {
  limits: { maxHeadBytes: 1024, maxBodyBytes: Number.POSITIVE_INFINITY },
  allow: { obsFold: true },
  maxPipelined: 4,
});

const request: Http1Send = { type: "request", method: "GET", target: "/", headers: { Host: "example.com" } };
client.send(request);
client.send({ type: "request", method: "GET", target: "/", headers: [["Host", "example.com"]] });
client.send({ type: "data", data: new Uint8Array(1) });
client.send({ type: "end-of-message" });
const pieces: Uint8Array[] = client.chunksToSend();
const octets: Uint8Array = client.bytesToSend();
client.feed(octets);
client.feedEof();

export function describe(event: Http1Event): string {
  switch (event.type) {
    case "request":
      return `${event.method} ${event.target} ${event.httpVersion} ${event.offset}`;
    case "response":
    case "informational-response":
      return `${event.status} ${event.reason} ${event.headers.get("content-type") ?? "none"}`;
    case "data":
      return `${event.data.length} ${event.chunkStart} ${event.chunkEnd}`;
    case "end-of-message":
      return event.headers.getAll("etag").join();
    case "connection-closed":
      return "closed";
    case "need-data":
    case "paused":
      return event.type;
  }
}

export function fields(headers: HeaderFields): [string, string][] {
  return [...headers];
}

export function judge(error: unknown): string | undefined {
  if (error instanceof RemoteProtocolError)
    return `${error.code} ${error.statusHint} ${error.offset} ${error.header ?? ""}`;
  if (error instanceof LocalProtocolError) return `${error.code} ${error.statusHint}`;
  return undefined;
}

const state: "idle" | "done" | "error" | undefined =
  client.localState === "idle" || client.localState === "done" || client.localState === "error"
    ? client.localState
    : undefined;
const version: string | null = client.remoteHttpVersion;
const trailing: { data: Uint8Array; eof: boolean } = client.takeTrailingData();
for (const event of client.events()) describe(event);
for (const event of [NEED_DATA, PAUSED]) describe(event);

// @ts-expect-error a role that does not exist
new Http1Connection("proxy");
// @ts-expect-error a limit that does not exist
new Http1Connection("server", { limits: { maxHeaderBytes: 1 } });
// @ts-expect-error a leniency that does not exist
new Http1Connection("server", { allow: { everything: true } });
// @ts-expect-error a string is no octets
client.feed("GET / HTTP/1.1");
// @ts-expect-error an event that does not exist
client.send({ type: "trailers" });
// @ts-expect-error a response needs a status
client.send({ type: "response" });
// @ts-expect-error read only
client.localState = "idle";

export { pieces, state, trailing, version };
