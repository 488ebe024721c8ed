// A fed Buffer is no plain Uint8Array: its own slice is a view, so that what had to be copied changed with the fed octets.
import { expect, test } from "vitest";
import { Http2Connection, type Http2Event } from "../../src/http2/index.ts";
import { frame, goaway, join, PREFACE, ping, settings } from "./frames.ts";

const bytesOf = (event: Http2Event | undefined) => {
  if (event?.type === "ping") return event.data;
  if (event?.type === "goaway") return event.debugData;
  if (event?.type === "unknown-frame") return event.payload;
  return undefined;
};

test.each([
  ["ping", ping("12345678"), "12345678"],
  ["goaway", goaway(1, 0, "why"), "why"],
  ["unknown-frame", frame(0x20, 0, 0, Uint8Array.of(97, 98)), "ab"],
] as const)("octets of %s are a plain copy", (type, last, text) => {
  const connection = new Http2Connection("server");
  const fed = Buffer.from(join(PREFACE, settings(), last));
  connection.feed(fed);
  const event = [...connection.events()].find((one) => one.type === type);
  fed.fill(0);
  const data = bytesOf(event);
  expect(data?.constructor).toBe(Uint8Array);
  expect(Buffer.from(data ?? []).toString()).toBe(text);
});
