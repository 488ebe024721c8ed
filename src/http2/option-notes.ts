// What the README says about the options besides their values. Nothing that runs imports this file.
import type { Http2Limits } from "./options.ts";

/** For each limit, what it counts and what others do. */
export const HTTP2_LIMIT_NOTES: { readonly [L in keyof Http2Limits]: readonly [what: string, precedents: string] } = {
  maxHeaderBytes: [
    "octets of a message's fields, plus 32 for each field",
    "hyper-h2 64 KiB, nghttp2 64 KiB, Node 64 KiB, hyper 16 KiB",
  ],
  maxFields: ["fields of a message, including each cookie crumb", "Node 128 pairs; hyper-h2 only by octets: 2,048"],
  maxHeaderBlockBytes: ["octets of a header block as sent", "hyper closes the connection at 4 times its limit"],
  maxContinuationFrames: ["CONTINUATION frames in a header block", "nghttp2 8, hyper-h2 64 (VU#421644)"],
  maxSettingsPerFrame: ["settings in a SETTINGS frame", "nghttp2 32, Node 32 (CVE-2020-11080)"],
  maxResets: [
    "streams reset by the peer, or because of what it sent",
    "nghttp2 1,000, Node 1,000 (CVE-2023-44487, CVE-2025-8671)",
  ],
  resetsPerSecond: ["resets forgiven per second", "nghttp2 33, Node 33"],
  maxUselessFrames: ["empty, unknown and ignored frames", "nghttp2 10,000 (CVE-2019-9518)"],
  uselessFramesPerSecond: ["useless frames forgiven per second", "nghttp2 330"],
  maxPings: ["PING and SETTINGS frames to acknowledge", "nghttp2 only by its queue (CVE-2019-9512, -9515)"],
  pingsPerSecond: ["PING and SETTINGS frames forgiven per second", "no equivalent elsewhere"],
  maxUnflushedAcks: ["acknowledgements not yet drained", "nghttp2 1,000, Node 1,000"],
  maxQueuedControlBytes: [
    "octets of frames other than DATA not yet drained",
    "nghttp2 5,000 frames; Node 10 MB per session",
  ],
  maxInformationalResponses: ["informational responses to one request", "none in hyper-h2, nghttp2, Node"],
  maxBodyBytes: ["octets of the body of one message", "up to the application; nginx 1 MiB"],
};
