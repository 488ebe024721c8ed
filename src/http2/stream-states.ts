// The life of a stream (RFC 9113 5.1), of the message in each of its directions (8.1), and what is said to frames that do
// not fit in. docs/http2-states.md is drawn from here.
import type { ErrorCode } from "../shared/errors.ts";
import type { EventTable } from "../shared/machine.ts";

/** The states of a stream, as RFC 9113 names them. */
export const STREAM_STATES = [
  "idle",
  "reserved-local",
  "reserved-remote",
  "open",
  "half-closed-local",
  "half-closed-remote",
  "closed",
] as const;
export type StreamState = (typeof STREAM_STATES)[number];

/** Frames, and the flag END_STREAM, by who sends them. PUSH_PROMISE moves the stream that is promised. */
export const STREAM_TRIGGERS = [
  "send-headers",
  "send-data",
  "send-end-stream",
  "send-rst-stream",
  "send-push-promise",
  "receive-headers",
  "receive-data",
  "receive-end-stream",
  "receive-rst-stream",
  "receive-window-update",
  "receive-push-promise",
] as const;
export type StreamTrigger = (typeof STREAM_TRIGGERS)[number];

// biome-ignore format: a table
export const ON_STREAM: EventTable<StreamState, StreamTrigger> = {
  "idle":               { "send-headers": "open", "receive-headers": "open",
                          "send-push-promise": "reserved-local", "receive-push-promise": "reserved-remote" },
  "reserved-local":     { "send-headers": "half-closed-remote", "receive-window-update": "reserved-local",
                          "send-rst-stream": "closed", "receive-rst-stream": "closed" },
  "reserved-remote":    { "receive-headers": "half-closed-local",
                          "send-rst-stream": "closed", "receive-rst-stream": "closed" },
  "open":               { "send-headers": "open", "send-data": "open", "send-end-stream": "half-closed-local",
                          "receive-headers": "open", "receive-data": "open", "receive-end-stream": "half-closed-remote",
                          "receive-window-update": "open",
                          "send-rst-stream": "closed", "receive-rst-stream": "closed" },
  "half-closed-local":  { "receive-headers": "half-closed-local", "receive-data": "half-closed-local",
                          "receive-end-stream": "closed", "receive-window-update": "half-closed-local",
                          "send-rst-stream": "closed", "receive-rst-stream": "closed" },
  "half-closed-remote": { "send-headers": "half-closed-remote", "send-data": "half-closed-remote",
                          "send-end-stream": "closed", "receive-window-update": "half-closed-remote",
                          "send-rst-stream": "closed", "receive-rst-stream": "closed" },
  "closed":             {},
};

/** What a received frame without a cell means: whose error it is, and which. */
export interface Refusal {
  readonly scope: "connection" | "stream";
  readonly code: ErrorCode;
}

// biome-ignore format: a table
export const REFUSALS: { readonly [S in StreamState]: Refusal } = {
  "idle":               { scope: "connection", code: "UNEXPECTED_FRAME" },
  "reserved-local":     { scope: "connection", code: "UNEXPECTED_FRAME" },
  "reserved-remote":    { scope: "connection", code: "UNEXPECTED_FRAME" },
  "open":               { scope: "connection", code: "UNEXPECTED_FRAME" },
  "half-closed-local":  { scope: "connection", code: "UNEXPECTED_FRAME" },
  "half-closed-remote": { scope: "stream",     code: "FRAME_ON_CLOSED_STREAM" },
  "closed":             { scope: "connection", code: "FRAME_ON_CLOSED_STREAM" },
};

/** Where a message is, in one direction of a stream. */
export const MESSAGE_STATES = ["head", "body", "ended"] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export const MESSAGE_TRIGGERS = ["request", "informational-response", "response", "data", "end-of-message"] as const;
export type MessageTrigger = (typeof MESSAGE_TRIGGERS)[number];

// biome-ignore format: a table
export const ON_MESSAGE: EventTable<MessageState, MessageTrigger> = {
  "head":  { "request": "body", "informational-response": "head", "response": "body" },
  "body":  { "data": "body", "end-of-message": "ended" },
  "ended": {},
};
