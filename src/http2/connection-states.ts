// The states of a connection: what may be received next (RFC 9113 3.4, 6.10), and how it ends (6.8).
// docs/http2-states.md is drawn from these tables.
import type { EventTable } from "../shared/machine.ts";

/** What is read next. */
export const READING_STATES = ["preface", "settings", "frames", "header-block", "closed", "failed"] as const;
export type ReadingState = (typeof READING_STATES)[number];

export const READING_TRIGGERS = [
  "preface",
  "settings",
  "other-frame",
  /** HEADERS or PUSH_PROMISE without END_HEADERS. */
  "block-begins",
  "continuation",
  /** CONTINUATION with END_HEADERS. */
  "block-ends",
  "end-of-input",
  "fault",
] as const;
export type ReadingTrigger = (typeof READING_TRIGGERS)[number];

// biome-ignore format: a table
/** A server begins in `preface`, a client in `settings`. An absent cell is a connection error. */
export const ON_READING: EventTable<ReadingState, ReadingTrigger> = {
  "preface":      { "preface": "settings", "end-of-input": "closed", "fault": "failed" },
  "settings":     { "settings": "frames", "end-of-input": "closed", "fault": "failed" },
  "frames":       { "settings": "frames", "other-frame": "frames", "block-begins": "header-block",
                    "end-of-input": "closed", "fault": "failed" },
  "header-block": { "continuation": "header-block", "block-ends": "frames", "fault": "failed" },
  "closed":       {},
  "failed":       {},
};

/** How close the connection is to its end. */
export const ENDING_STATES = ["open", "shutting-down", "going-away", "finished", "terminated"] as const;
export type EndingState = (typeof ENDING_STATES)[number];

export const ENDING_TRIGGERS = [
  /** GOAWAY with the highest stream id: asks the peer to open no new streams. */
  "shutdown",
  "goaway",
  /** GOAWAY with any code but NO_ERROR. */
  "goaway-with-error",
  "receive-goaway",
  "end-of-input",
  "no-stream-left",
  "fault",
] as const;
export type EndingTrigger = (typeof ENDING_TRIGGERS)[number];

// biome-ignore format: a table
/** An absent cell means that the call is refused, or that nothing changes. */
export const ON_ENDING: EventTable<EndingState, EndingTrigger> = {
  "open":          { "shutdown": "shutting-down", "goaway": "going-away", "receive-goaway": "going-away",
                     "end-of-input": "going-away", "goaway-with-error": "terminated", "fault": "terminated" },
  "shutting-down": { "goaway": "going-away", "receive-goaway": "going-away",
                     "end-of-input": "going-away", "goaway-with-error": "terminated", "fault": "terminated" },
  "going-away":    { "goaway": "going-away", "receive-goaway": "going-away", "end-of-input": "going-away",
                     "no-stream-left": "finished", "goaway-with-error": "terminated", "fault": "terminated" },
  "finished":      { "goaway": "finished", "receive-goaway": "finished", "end-of-input": "finished",
                     "goaway-with-error": "terminated", "fault": "terminated" },
  "terminated":    {},
};
