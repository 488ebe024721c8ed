// The states of a stream (RFC 9113 5.1) and of the message in each of its directions (8.1), and the errors for frames
// that a state does not allow. docs/http2-states.md is drawn from these tables.
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

/** Frames, and the END_STREAM flag, by who sends them. PUSH_PROMISE moves the promised stream. */
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

/** The error for a received frame without a cell: its scope and code. */
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

/** What comes next of a message, in one direction of a stream. */
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
