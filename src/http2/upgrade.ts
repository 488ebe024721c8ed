// h2c by Upgrade (RFC 7540 3.2): the request that HTTP/1.1 carried is stream 1, and its HTTP2-Settings field is the
// payload of a SETTINGS frame from the client.
import type { HeaderFields } from "../shared/header-fields.ts";
import { ReadyFields } from "../shared/ready-fields.ts";
import type { Http2RequestEvent } from "./events.ts";
import type { Receiver } from "./receive.ts";
import type { Session } from "./session.ts";
import {
  type GivenSettings,
  parseSettings,
  readSettings,
  type SettingEntry,
  settingsOf,
  writeSettings,
} from "./settings.ts";
import { ENDED, MESSAGE, ON } from "./stream.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const UPGRADED = 1;

/**
 * Fields of the HTTP/1.1 connection, which mean nothing on a stream (RFC 9113 8.2.2), and those that are used up here.
 */
const NOT_IN_HTTP2 = new Set([
  "connection",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** The request of an upgrade, as in HTTP/1.1's event. */
type UpgradedRequest = Pick<Http2RequestEvent, "method" | "target" | "headers">;

/** Puts a new connection into its state after the upgrade. @throws RemoteProtocolError in a server for bad settings */
export function beginUpgraded(
  session: Session,
  receiver: Receiver,
  { method, target, headers }: UpgradedRequest,
  http2Settings: string,
): void {
  if (typeof http2Settings !== "string") throw new TypeError("http2Settings must be a string");
  const settings = decodeSettings(http2Settings);
  const { streams, isServer } = session;
  if (settings === null) throw session.fault("BAD_HTTP2_SETTINGS", { header: "http2-settings" });
  const stream = streams.open(UPGRADED, !isServer);
  streams.fire(stream, ON[isServer ? "receive-headers" : "send-headers"]);
  stream.noteMethod(method);
  if (!isServer) {
    session.activate(settingsOf(settings));
    stream.sent = ENDED;
    session.fire(stream, ON["send-end-stream"]);
    return;
  }
  receiver.applyUpgraded(settings);
  session.hasRemoteSettings = false;
  stream.fireReceived(MESSAGE.request);
  receiver.give({
    type: "request",
    streamId: UPGRADED,
    method,
    target,
    scheme: "http",
    authority: headers.get("host") ?? "",
    protocol: undefined,
    sensitive: undefined,
    httpVersion: "2",
    headers: withoutConnection(headers),
    offset: 0,
  });
  receiver.give(receiver.endMessage(stream));
}

function withoutConnection(headers: HeaderFields): HeaderFields {
  const list: string[] = [];
  for (const [name, value] of headers) if (!NOT_IN_HTTP2.has(name)) list.push(name, value);
  return new ReadyFields(list, null);
}

/**
 * Decodes the value of HTTP2-Settings: base64url (RFC 7540 3.2.1). Returns null when it is malformed. A setting takes
 * eight chars, so that there is never padding, and no bits are left over.
 */
function decodeSettings(text: string): SettingEntry[] | null {
  const octets: number[] = [];
  let bits = 0;
  let count = 0;
  for (const char of text) {
    const six = ALPHABET.indexOf(char);
    if (six < 0) return null;
    // Bits that were used fall out, here or when the octet is stored.
    bits = (bits << 6) | six;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    octets.push(bits >> count);
  }
  if (text.length % 8 !== 0) return null;
  const settings = parseSettings(Uint8Array.from(octets), 0, octets.length);
  return typeof settings === "string" ? null : settings;
}

/**
 * Returns settings as the value of an HTTP2-Settings field, for a client that asks for an upgrade (RFC 7540 3.2.1).
 * @throws TypeError, RangeError for an invalid setting
 */
export function upgradeSettings(settings: GivenSettings = {}): string {
  // A setting takes six octets, so no bits are left over.
  let text = "";
  let bits = 0;
  let count = 0;
  for (const octet of writeSettings(readSettings("client", settings))) {
    bits = (bits << 8) | octet;
    count += 8;
    while (count >= 6) {
      count -= 6;
      text += ALPHABET[(bits >> count) & 63];
    }
  }
  return text;
}
