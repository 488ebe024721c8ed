// DATA frames at every cut: content, padding, and payloads that are thrown away.
import { describe, expect, test } from "vitest";
import { Http2Connection } from "../../src/http2/index.ts";
import { octets } from "../helpers.ts";
import { asking, OPEN, PREFACE, SETTINGS, serving } from "./cuts.ts";
import { frame, frames, u32 } from "./pair.ts";

const PAD = [0, 0, 0];
const PING = frame(6, 0, 0, "12345678");

describe("content and padding", () => {
  test.each([
    ["no padding", frame(0, 0, 1, "abcde"), ["data 1: 5"]],
    ["padding behind the content", frame(0, 8, 1, 3, "abcde", ...PAD), ["data 1: 5"]],
    ["a padding length of 0", frame(0, 8, 1, 0, "abcde"), ["data 1: 5"]],
    ["nothing but padding", frame(0, 8, 1, 3, ...PAD), []],
    ["nothing at all", frame(0, 0, 1), []],
    ["content and the end", frame(0, 9, 1, 3, "abcde", ...PAD), ["data 1: 5", "end-of-message 1"]],
    ["the end alone", frame(0, 1, 1), ["end-of-message 1"]],
  ])("%s", (_, data, events) => {
    const outcome = { events: ["request 1", ...events, "ping"], error: undefined, sent: ["PING 0: 8"] };
    expect(serving([OPEN, data, PING])).toEqual(outcome);
  });

  test("is a view of the chunk that was fed", () => {
    const fed = new Uint8Array(Buffer.concat([PREFACE, SETTINGS, OPEN, frame(0, 8, 1, 3, "abcde", ...PAD)]));
    const server = new Http2Connection("server");
    server.feed(fed);
    const data = [...server.events()].flatMap((event) => (event.type === "data" ? [event.data] : []));
    expect(data).toEqual([octets("abcde")]);
    expect(data[0]?.buffer).toBe(fed.buffer);
  });

  test.each([
    ["as long as the payload", frame(0, 8, 1, 4, ...PAD), "BAD_PADDING PROTOCOL_ERROR at 48"],
    ["without its length", frame(0, 8, 1), "BAD_FRAME_LENGTH FRAME_SIZE_ERROR at 48"],
  ])("padding %s", (_, bad, error) => {
    expect(serving([OPEN, bad])).toEqual({ events: ["request 1"], error, sent: ["GOAWAY 0: 8"] });
  });

  test.each([
    ["the connection", frame(0, 0, 0, "a"), "frame of type 0x0, 1 octets, stream 0 at octet 33"],
    ["padding that is not there", frame(0, 8, 1), "frame of type 0x0, 0 octets, stream 1 at octet 33"],
  ])("a message names what was found: %s", (_, bad, found) => {
    const server = new Http2Connection("server");
    server.feed(new Uint8Array(Buffer.concat([PREFACE, SETTINGS, bad])));
    expect(() => [...server.events()]).toThrow(found);
  });
});

describe("a payload that is thrown away", () => {
  const RESET = { events: ["stream-reset 1", "ping"], error: undefined, sent: ["RST_STREAM 1: 4", "PING 0: 8"] };

  test("DATA before the response, padded: the frame behind it is read", () => {
    expect(asking([frame(0, 8, 1, 3, "abcde", ...PAD), PING])).toEqual(RESET);
  });

  test("PRIORITY of a wrong length", () => {
    const { events, ...rest } = RESET;
    expect(serving([OPEN, frame(2, 0, 1, ...u32(0)), PING])).toEqual({ events: ["request 1", ...events], ...rest });
  });

  test("PRIORITY charges nothing to the windows, in manual mode either", () => {
    const server = new Http2Connection("server", { windows: { mode: "manual" } });
    server.bytesToSend();
    const parts = [PREFACE, SETTINGS, OPEN, frame(0, 0, 1, "abcde"), frame(2, 0, 1, ...u32(0)), PING];
    server.feed(new Uint8Array(Buffer.concat(parts)));
    expect([...server.events()].at(-1)).toMatchObject({ type: "ping" });
    const sent = ["SETTINGS 0: 0", "RST_STREAM 1: 4", "PING 0: 8"];
    expect(frames(server.bytesToSend())).toEqual(sent);
    server.release(1, 5);
    expect(frames(server.bytesToSend())).toEqual(["WINDOW_UPDATE 0: 4"]);
  });
});
