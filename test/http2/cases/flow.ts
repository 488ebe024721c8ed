// Flow control (RFC 9113 5.2, 6.9): what the peer may send, and the windows it gives.

import { octets } from "../../helpers.ts";
import {
  type Act,
  askWithBody,
  BOTH,
  begin,
  beginResponse,
  begun,
  type Case,
  CLIENT,
  fatal,
  fine,
  flush,
  POSTED,
  post,
  resets,
  SERVER,
  type Step,
} from "../case.ts";
import { data, headers, MAX_31, settings, settingsAck, windowUpdate } from "../frames.ts";

/** Stream windows of 20 octets: the exchange around takes 11 of its own. */
const SMALL = { options: { windows: { stream: 20, mode: "manual" } } } as const;
/** Only the window of the connection is near: 65,535 octets, of which the exchange around takes 6 before and 5 after. */
const WIDE = { options: { windows: { stream: 1_000_000, mode: "manual" } }, long: true } as const;
const most = (octetCount: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(octetCount / 16_384) }, (_, i) => data(3, Math.min(16_384, octetCount - i * 16_384)));
const allOf = (octetCount: number): string => `data 3 ${"x".repeat(octetCount)}`;

/** Stream windows of 15 octets: the exchange around has used 6 of them and will use 5. */
const lower: Act = (connection) => connection.updateSettings({ initialWindowSize: 15 });

export const RECEIVED: readonly Case[] = [
  fine(
    "DATA that fills the window of its stream",
    BOTH,
    (role) => [begin(role), data(3, 20), data(3, "", { end: true })],
    (role) => [begun(role), allOf(20), "end 3"],
    SMALL,
  ),
  fine(
    "trailers when the window is full",
    BOTH,
    (role) => [begin(role), data(3, 20), headers(3, [["a", "b"]], { end: true })],
    (role) => [begun(role), allOf(20), "end 3 | a: b"],
    SMALL,
  ),
  resets(
    "DATA over the window of its stream",
    BOTH,
    (role) => [begin(role), data(3, 21)],
    (role) => [begun(role)],
    [3, "FLOW_CONTROL_ERROR"],
    SMALL,
  ),
  resets(
    "DATA over what is left of the window of its stream",
    BOTH,
    (role) => [begin(role), data(3, 20), data(3, 1)],
    (role) => [begun(role), allOf(20)],
    [3, "FLOW_CONTROL_ERROR"],
    SMALL,
  ),
  fine(
    "padding counts: within the window",
    BOTH,
    (role) => [begin(role), data(3, 10, { pad: 9 })],
    (role) => [begun(role), allOf(10)],
    SMALL,
  ),
  resets(
    "padding counts: over the window",
    BOTH,
    (role) => [begin(role), data(3, 10, { pad: 10 })],
    (role) => [begun(role)],
    [3, "FLOW_CONTROL_ERROR"],
    SMALL,
  ),
  resets(
    "padding alone counts",
    BOTH,
    (role) => [begin(role), data(3, "", { pad: 19 }), data(3, 1)],
    (role) => [begun(role)],
    [3, "FLOW_CONTROL_ERROR"],
    SMALL,
  ),
  fine(
    "DATA that fills the window of the connection",
    BOTH,
    (role) => [begin(role), ...most(65_535 - 11)],
    (role) => [begun(role), allOf(65_535 - 11)],
    WIDE,
  ),
  fatal(
    "DATA over the window of the connection",
    BOTH,
    (role) => [begin(role), ...most(65_535 - 6), data(3, 1)],
    (role) => [begun(role), allOf(65_535 - 6)],
    "FLOW_CONTROL_ERROR",
    { ...WIDE, last: 3 },
  ),
  fatal(
    "padding over the window of the connection",
    BOTH,
    (role) => [begin(role), ...most(65_535 - 16), data(3, 1, { pad: 9 })],
    (role) => [begun(role), allOf(65_535 - 16)],
    "FLOW_CONTROL_ERROR",
    { ...WIDE, last: 3 },
  ),
  fine(
    "windows may be passed when we release",
    BOTH,
    (role) => [begin(role), data(3, 20), (connection) => connection.release(3, 20), flush, data(3, 20, { end: true })],
    (role) => [begun(role), allOf(40), "end 3"],
    { options: { windows: { stream: 20, mode: "manual" } } },
  ),
  fine(
    "empty DATA that ends the stream when its window is negative",
    BOTH,
    (role) => [begin(role), data(3, 20), lower, flush, settingsAck(), data(3, "", { end: true })],
    (role) => [begun(role), allOf(20), "settings-acknowledged", "end 3"],
    { ...SMALL, emits: ["SETTINGS 4=15"] },
  ),
  resets(
    "DATA when the window is negative",
    BOTH,
    (role) => [begin(role), data(3, 5), lower, flush, settingsAck(), data(3, 11)],
    (role) => [begun(role), allOf(5), "settings-acknowledged"],
    [3, "FLOW_CONTROL_ERROR"],
    { ...SMALL, emits: ["SETTINGS 4=15", "RST_STREAM 3 FLOW_CONTROL_ERROR"] },
  ),
  fine(
    "a window we lowered holds when it is acknowledged, and not before",
    BOTH,
    (role) => [begin(role), (connection) => connection.updateSettings({ initialWindowSize: 5 }), data(3, 20)],
    (role) => [begun(role), allOf(20)],
    { ...SMALL, emits: ["SETTINGS 4=5"] },
  ),
];

const send =
  (streamId: number, text: string): Act =>
  (connection) => {
    connection.send({ type: "data", streamId, data: octets(text) });
  };

/** 30 octets go out, the window falls to -30, and what is sent then waits for the 31st octet of credit. */
const negative = (id: number): Step[] => [
  send(id, "y".repeat(30)),
  flush,
  settings(["INITIAL_WINDOW_SIZE", 0]),
  send(id, "z"),
  flush,
  windowUpdate(id, 30),
  flush,
  windowUpdate(id, 1),
  flush,
];
const NEGATIVE = (id: number): string[] => ["settings", `window-updated ${id}`, `window-updated ${id}`, `drain ${id}`];
const SENT = (id: number): string[] => [`DATA ${id} ${"y".repeat(30)}`, "SETTINGS ACK", `DATA ${id} z`];

export const UPDATES: readonly Case[] = [
  resets("WINDOW_UPDATE 0 on a stream", SERVER, [post(3), windowUpdate(3, 0)], [POSTED(3)], [3, "PROTOCOL_ERROR"]),
  resets("WINDOW_UPDATE 0 on a stream of ours", CLIENT, [askWithBody, windowUpdate(5, 0)], [], [5, "PROTOCOL_ERROR"], {
    emits: ["HEADERS 5", "RST_STREAM 5 PROTOCOL_ERROR"],
  }),
  resets(
    "WINDOW_UPDATE 0 with the reserved bit",
    SERVER,
    [post(3), windowUpdate(3, 2 ** 31)],
    [POSTED(3)],
    [3, "PROTOCOL_ERROR"],
  ),
  fatal("WINDOW_UPDATE 0 on the connection", BOTH, [windowUpdate(0, 0)], [], "PROTOCOL_ERROR"),
  fine(
    "a stream window of 2^31-1",
    SERVER,
    [post(3), windowUpdate(3, MAX_31 - 65_535)],
    [POSTED(3), "window-updated 3"],
  ),
  fine("a connection window of 2^31-1", BOTH, [windowUpdate(0, MAX_31 - 65_535)], ["window-updated 0"]),
  resets(
    "a stream window over 2^31-1",
    SERVER,
    [post(3), windowUpdate(3, MAX_31 - 65_534)],
    [POSTED(3)],
    [3, "FLOW_CONTROL_ERROR"],
  ),
  resets(
    "a stream window over 2^31-1 in two steps",
    SERVER,
    [post(3), windowUpdate(3, MAX_31 - 65_535), windowUpdate(3, 1)],
    [POSTED(3), "window-updated 3"],
    [3, "FLOW_CONTROL_ERROR"],
  ),
  resets(
    "a stream window of ours over 2^31-1",
    CLIENT,
    [askWithBody, windowUpdate(5, MAX_31)],
    [],
    [5, "FLOW_CONTROL_ERROR"],
    {
      emits: ["HEADERS 5", "RST_STREAM 5 FLOW_CONTROL_ERROR"],
    },
  ),
  fatal("a connection window over 2^31-1", BOTH, [windowUpdate(0, MAX_31 - 65_534)], [], "FLOW_CONTROL_ERROR"),
  fine(
    "INITIAL_WINDOW_SIZE lowered below what was sent",
    SERVER,
    [post(3), beginResponse(3), ...negative(3)],
    [POSTED(3), ...NEGATIVE(3)],
    { emits: ["HEADERS 3", ...SENT(3)] },
  ),
  fine("INITIAL_WINDOW_SIZE lowered below what a client sent", CLIENT, [askWithBody, ...negative(5)], NEGATIVE(5), {
    emits: ["HEADERS 5", ...SENT(5)],
  }),
];
