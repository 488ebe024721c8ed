// What an HTTP message may be made of (RFC 9113 8): malformed ones are stream errors of code PROTOCOL_ERROR.

import {
  type Act,
  BOTH,
  begin,
  beginResponse,
  begun,
  type Case,
  CLIENT,
  fine,
  GET,
  GOT,
  get,
  OK,
  ok,
  post,
  resets,
  SERVER,
  start,
  whole,
} from "../case.ts";
import { data, type Fields, headers, literals } from "../frames.ts";

const last = { end: true } as const;

const MALFORMED = [3, "PROTOCOL_ERROR"] as const;

/** A message of the role with these fields behind its pseudo-fields. */
const refused = (name: string, fields: Fields, roles = BOTH): Case =>
  resets(name, roles, (role) => [headers(3, [...start(role), ...fields], last)], [], MALFORMED);
/** A request of exactly these fields. */
const badRequest = (name: string, fields: Fields): Case =>
  resets(name, SERVER, [headers(3, fields, last)], [], MALFORMED);
/** A response of exactly these fields. */
const badResponse = (name: string, fields: Fields, end = true): Case =>
  resets(name, CLIENT, [headers(3, fields, { end })], [], MALFORMED);
const accepted = (name: string, fields: Fields, text: string, roles = BOTH): Case =>
  fine(
    name,
    roles,
    (role) => [headers(3, [...start(role), ...fields], last)],
    (role) => whole(role, 3, text),
  );

const without = (name: string): Fields => GET.filter(([own]) => own !== name);
const withOther = (name: string, value: string): Fields =>
  GET.map(([own, old]) => [own, own === name ? value : old] as const);

const hex = (octet: number): string => `0x${octet.toString(16).padStart(2, "0")}`;

// --- names and values (8.2) -----------------------------------------------------------------------------------------------------------

const NAME_OCTETS = [
  0, 1, 9, 10, 13, 0x1f, 0x20, 0x22, 0x28, 0x2c, 0x2f, 0x3a, 0x3b, 0x40, 0x41, 0x5a, 0x5b, 0x7b, 0x7f, 0x80, 0xff,
];

export const FIELDS: readonly Case[] = [
  ...NAME_OCTETS.map((octet) => refused(`octet ${hex(octet)} in a name`, [[`a${String.fromCharCode(octet)}b`, "v"]])),
  refused("an upper-case letter first in a name", [["Name", "v"]]),
  refused("an empty name", [["", "v"]]),
  ...[0, 1, 0x0a, 0x0d, 0x1f, 0x7f].map((octet) =>
    refused(`octet ${hex(octet)} in a value`, [["n", `a${String.fromCharCode(octet)}b`]]),
  ),
  ...[0, 0x0a, 0x0d].flatMap((octet) => [
    refused(`octet ${hex(octet)} first in a value`, [["n", `${String.fromCharCode(octet)}b`]]),
    refused(`octet ${hex(octet)} last in a value`, [["n", `b${String.fromCharCode(octet)}`]]),
  ]),
  refused("SP first in a value", [["n", " v"]]),
  refused("SP last in a value", [["n", "v "]]),
  refused("HTAB first in a value", [["n", "\tv"]]),
  refused("HTAB last in a value", [["n", "v\t"]]),
  refused("SP alone as a value", [["n", " "]]),
  refused("CRLF and a request in a value", [["n", "v\r\n\r\nGET / HTTP/1.1"]]),
  refused("a field line as a name", [["foo: bar\r\nx", "v"]]),
  accepted("SP, HTAB and obs-text inside a value", [["n", "a b\tc\x80\xff"]], " | n: a b\tc\x80\xff"),
  accepted(
    "every token octet in a name",
    [["!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz", "v"]],
    " | !#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz: v",
  ),
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"].map((name) =>
    refused(`the field ${name}`, [[name, "close"]]),
  ),
  refused("transfer-encoding: chunked", [["transfer-encoding", "chunked"]]),
  refused("TE: gzip", [["te", "gzip"]], SERVER),
  refused("TE: trailers, gzip", [["te", "trailers, gzip"]], SERVER),
  accepted("TE: trailers", [["te", "trailers"]], " | te: trailers", SERVER),
  accepted(
    "crumbs of a cookie",
    [
      ["cookie", "a=b"],
      ["x", "y"],
      ["cookie", "c=d"],
      ["cookie", "e=f"],
    ],
    " | cookie: a=b; c=d; e=f | x: y",
    SERVER,
  ),
];

// --- pseudo-fields (8.3) --------------------------------------------------------------------------------------------------------------

export const PSEUDO: readonly Case[] = [
  refused("an unknown pseudo-field", [[":unknown", "v"]]),
  refused("a pseudo-field without a name", [[":", "v"]]),
  refused(":status in a request", [[":status", "200"]], SERVER),
  ...[":method", ":scheme", ":authority", ":path", ":protocol"].map((name) =>
    refused(`${name} in a response`, [[name, "GET"]], CLIENT),
  ),
  ...GET.map(([name, value]) => badRequest(`${name} twice`, [...GET, [name, value]])),
  ...GET.map(([name, value]) => badRequest(`${name} behind a field`, [...without(name), ["a", "b"], [name, value]])),
  ...[":method", ":scheme", ":path"].map((name) => badRequest(`no ${name}`, without(name))),
  badRequest("neither :authority nor Host", without(":authority")),
  badRequest("an empty :path", withOther(":path", "")),
  badRequest("an empty :method", withOther(":method", "")),
  badRequest("an empty :scheme", withOther(":scheme", "")),
  badRequest("a :path without a slash", withOther(":path", "a")),
  badRequest("* as :path of GET", withOther(":path", "*")),
  fine(
    "* as :path of OPTIONS",
    SERVER,
    [headers(3, [[":method", "OPTIONS"], ...withOther(":path", "*").slice(1)], last)],
    ["request 3 OPTIONS http://a*", "end 3"],
  ),
  ...[" ", "\r", "\n", "\0", "\t", "\x7f", "\x80"].map((char) =>
    badRequest(`octet ${hex(char.charCodeAt(0))} in :path`, withOther(":path", `/a${char}b`)),
  ),
  badRequest("a request line in :method", withOther(":method", "GET / HTTP/1.1\r\nX:")),
  badRequest("SP in :method", withOther(":method", "G ET")),
  badRequest("a URI in :scheme", withOther(":scheme", "http://evil")),
  badRequest("SP in :scheme", withOther(":scheme", "ht tp")),
  badRequest("userinfo in :authority", withOther(":authority", "user@a")),
  badRequest("SP in :authority", withOther(":authority", "a b")),
  badRequest("a path in :authority", withOther(":authority", "a/b")),
  badRequest("Host that differs from :authority", [...GET, ["host", "b"]]),
  badRequest("Host with another port than :authority", [...GET, ["host", "a:443"]]),
  badRequest("Host with the port of another scheme", [...withOther(":scheme", "https"), ["host", "a:80"]]),
  badRequest("Host with the port of an unknown scheme", [...withOther(":scheme", "coap"), ["host", "a:80"]]),
  fine(
    "Host with the port of :scheme",
    SERVER,
    [get(3, ["host", "A:80"]), headers(5, [...withOther(":scheme", "https"), ["host", "a:443"]], last)],
    ["request 3 GET http://a/ | host: A:80", "end 3", "request 5 GET https://a/ | host: a:443", "end 5"],
  ),
  fine(
    "Host without the port of :authority",
    SERVER,
    [headers(3, [...withOther(":authority", "a:80"), ["host", "a:"]], last)],
    ["request 3 GET http://a:80/ | host: a:", "end 3"],
  ),
  badRequest("Host that differs from the :authority of CONNECT", [
    [":method", "CONNECT"],
    [":authority", "a:1"],
    ["host", "a:2"],
  ]),
  badRequest("two Host fields", [...without(":authority"), ["host", "a"], ["host", "a"]]),
  fine("Host as :authority", SERVER, [get(3, ["host", "a"])], ["request 3 GET http://a/ | host: a", "end 3"]),
  fine(
    "Host without :authority",
    SERVER,
    [headers(3, [...without(":authority"), ["host", "b"]], last)],
    ["request 3 GET http://b/ | host: b", "end 3"],
  ),
  fine(
    "Host in a response, whatever it says",
    CLIENT,
    [headers(3, [...OK, ["host", "/b"], ["host", "c"]], last)],
    ["response 3 200 | host: /b | host: c", "end 3"],
  ),
  badResponse("no :status", [["a", "b"]]),
  badResponse("no fields at all", []),
  badResponse(":status twice", [...OK, ...OK]),
  badResponse(":status behind a field", [["a", "b"], ...OK]),
  ...["", "20", "2000", "2xx", "099", " 200", "+20", "0200"].map((value) =>
    badResponse(`:status "${value}"`, [[":status", value]]),
  ),
  badResponse(":status 101", [[":status", "101"]], false),
  badResponse("1xx with END_STREAM", [[":status", "103"]]),
  fine(
    "1xx before the response",
    CLIENT,
    [
      headers(3, [
        [":status", "103"],
        ["a", "b"],
      ]),
      headers(3, [[":status", "100"]]),
      headers(3, OK, last),
    ],
    ["informational-response 3 103 | a: b", "informational-response 3 100", "response 3 200", "end 3"],
  ),
  resets("DATA before the response", CLIENT, [data(3, "x")], [], MALFORMED),
  resets(
    "DATA behind 1xx",
    CLIENT,
    [headers(3, [[":status", "100"]]), data(3, "x")],
    ["informational-response 3 100"],
    MALFORMED,
  ),
];

// --- CONNECT (8.5, RFC 8441) ------------------------------------------------------------------------------------------------------------

const CONNECT: Fields = [
  [":method", "CONNECT"],
  [":authority", "a:1"],
];
const EXTENDED: Fields = [[":method", "CONNECT"], [":protocol", "websocket"], ...GET.slice(1)];
const ALLOWED = { options: { settings: { enableConnectProtocol: true } } };

const connect: Act = (connection) => {
  connection.openStream({ method: "CONNECT", target: "a:1" });
};

export const CONNECTS: readonly Case[] = [
  fine("CONNECT", SERVER, [headers(3, CONNECT), data(3, "x", last)], ["request 3 CONNECT a:1", "data 3 x", "end 3"]),
  fine(
    "CONNECT with a content-length, which says nothing of a tunnel",
    SERVER,
    [headers(3, [...CONNECT, ["content-length", "5"]]), data(3, "x", last)],
    ["request 3 CONNECT a:1 | content-length: 5", "data 3 x", "end 3"],
  ),
  badRequest("CONNECT with :scheme", [...CONNECT, [":scheme", "http"]]),
  badRequest("CONNECT with :path", [...CONNECT, [":path", "/"]]),
  badRequest("CONNECT without :authority", [[":method", "CONNECT"]]),
  badRequest("CONNECT without a port", [
    [":method", "CONNECT"],
    [":authority", "a"],
  ]),
  badRequest(":protocol when it was not allowed", EXTENDED),
  fine("extended CONNECT", SERVER, [headers(3, EXTENDED)], ["request 3 CONNECT http://a/ websocket"], ALLOWED),
  resets(
    ":protocol with GET",
    SERVER,
    [headers(3, [...GET, [":protocol", "websocket"]], last)],
    [],
    MALFORMED,
    ALLOWED,
  ),
  resets(
    ":protocol twice",
    SERVER,
    [headers(3, [...EXTENDED, [":protocol", "websocket"]], last)],
    [],
    MALFORMED,
    ALLOWED,
  ),
  resets("extended CONNECT without :path", SERVER, [headers(3, EXTENDED.slice(0, 4), last)], [], MALFORMED, ALLOWED),
  resets(
    "HEADERS on a connected stream (server)",
    SERVER,
    [headers(3, CONNECT), beginResponse(3), data(3, "x"), headers(3, [["a", "b"]], last)],
    ["request 3 CONNECT a:1", "data 3 x"],
    MALFORMED,
    { emits: ["HEADERS 3", "RST_STREAM 3 PROTOCOL_ERROR"] },
  ),
  resets(
    "HEADERS on a connected stream (client)",
    CLIENT,
    [connect, ok(5), data(5, "x"), headers(5, [["a", "b"]], last)],
    ["response 5 200", "data 5 x"],
    [5, "PROTOCOL_ERROR"],
    { emits: ["HEADERS 5", "RST_STREAM 5 PROTOCOL_ERROR"] },
  ),
  fine(
    "2xx to CONNECT with content-length",
    CLIENT,
    [connect, ok(5, ["content-length", "3"]), data(5, "longer", last)],
    ["response 5 200 | content-length: 3", "data 5 longer", "end 5"],
    { emits: ["HEADERS 5"] },
  ),
];

// --- content and trailers (8.1) -----------------------------------------------------------------------------------------------------------

const length = (value: string): readonly [string, string] => ["content-length", value];
const withLength =
  (value: string) =>
  (role: "client" | "server"): Uint8Array =>
    role === "server" ? post(3, length(value)) : ok(3, length(value));
const shown =
  (value: string) =>
  (role: "client" | "server"): string =>
    begun(role, ` | content-length: ${value}`);

const askHead: Act = (connection) => {
  connection.openStream({ method: "HEAD", scheme: "http", authority: "a", target: "/" }, { endStream: true });
};

export const CONTENT: readonly Case[] = [
  ...["+5", "5 5", "-1", "5.0", "0x5", "", "5,6", "99999999999999999999"].map((value) =>
    refused(`content-length: ${value}`, [length(value)]),
  ),
  refused("two different content-lengths", [length("5"), length("6")]),
  fine(
    "content-length and as much",
    BOTH,
    (role) => [withLength("3")(role), data(3, "ab", { pad: 5 }), data(3, "c", last)],
    (role) => [shown("3")(role), "data 3 abc", "end 3"],
  ),
  resets(
    "content-length and less, ended by DATA",
    BOTH,
    (role) => [withLength("3")(role), data(3, "ab"), data(3, "", last)],
    (role) => [shown("3")(role), "data 3 ab"],
    MALFORMED,
  ),
  resets(
    "content-length and less, ended by trailers",
    BOTH,
    (role) => [withLength("3")(role), data(3, "ab"), headers(3, [["a", "b"]], last)],
    (role) => [shown("3")(role), "data 3 ab"],
    MALFORMED,
  ),
  resets(
    "content-length and nothing, ended by HEADERS",
    SERVER,
    [headers(3, [...GET, length("3")], last)],
    [],
    MALFORMED,
  ),
  resets(
    "content-length and more",
    BOTH,
    (role) => [withLength("3")(role), data(3, "abc"), data(3, "d", last)],
    (role) => [shown("3")(role), "data 3 abc"],
    MALFORMED,
  ),
  resets(
    "content-length 0 and more",
    BOTH,
    (role) => [withLength("0")(role), data(3, "d")],
    (role) => [shown("0")(role)],
    MALFORMED,
  ),
  fine(
    "content-length 0, ended by HEADERS",
    BOTH,
    (role) => [headers(3, [...start(role), length("0")], last)],
    (role) => whole(role, 3, " | content-length: 0"),
  ),
  resets(
    "a second header section",
    BOTH,
    (role) => [begin(role), headers(3, start(role))],
    (role) => [begun(role)],
    MALFORMED,
  ),
  resets(
    "trailers without END_STREAM",
    BOTH,
    (role) => [begin(role), headers(3, [["a", "b"]])],
    (role) => [begun(role)],
    MALFORMED,
  ),
  resets(
    "DATA behind trailers without END_STREAM",
    BOTH,
    (role) => [begin(role), headers(3, [["a", "b"]]), data(3, "x", last)],
    (role) => [begun(role)],
    MALFORMED,
  ),
  resets(
    "a pseudo-field in trailers",
    BOTH,
    (role) => [begin(role), headers(3, start(role), last)],
    (role) => [begun(role)],
    MALFORMED,
  ),
  resets(
    "an upper-case name in trailers",
    BOTH,
    (role) => [begin(role), headers(3, [["A", "b"]], last)],
    (role) => [begun(role)],
    MALFORMED,
  ),
  resets(
    "connection in trailers",
    BOTH,
    (role) => [begin(role), headers(3, [["connection", "b"]], last)],
    (role) => [begun(role)],
    MALFORMED,
  ),
  fine(
    "trailers",
    BOTH,
    (role) => [begin(role), data(3, "x"), headers(3, [["a", "b"]], last)],
    (role) => [begun(role), "data 3 x", "end 3 | a: b"],
  ),
  fine(
    "empty trailers",
    BOTH,
    (role) => [begin(role), headers(3, literals([]), last)],
    (role) => [begun(role), "end 3"],
  ),
  fine(
    "a response to HEAD with content-length",
    CLIENT,
    [askHead, headers(5, [...OK, length("5")], last)],
    ["response 5 200 | content-length: 5", "end 5"],
    { emits: ["HEADERS 5 END_STREAM"] },
  ),
  resets(
    "a response to HEAD with content",
    CLIENT,
    [askHead, ok(5), data(5, "x", last)],
    ["response 5 200"],
    [5, "PROTOCOL_ERROR"],
    { emits: ["HEADERS 5 END_STREAM", "RST_STREAM 5 PROTOCOL_ERROR"] },
  ),
  fine(
    "304 with content-length, ended by empty DATA",
    CLIENT,
    [headers(3, [[":status", "304"], length("5")]), data(3, "", last)],
    ["response 3 304 | content-length: 5", "end 3"],
  ),
  fine(
    "1xx and 204 with content-length, which means nothing there",
    CLIENT,
    [headers(3, [[":status", "103"], length("5")]), headers(3, [[":status", "204"], length("5")], last)],
    ["informational-response 3 103 | content-length: 5", "response 3 204 | content-length: 5", "end 3"],
  ),
  resets(
    "304 with content",
    CLIENT,
    [headers(3, [[":status", "304"]]), data(3, "x", last)],
    ["response 3 304"],
    MALFORMED,
  ),
  resets(
    "204 with content",
    CLIENT,
    [headers(3, [[":status", "204"]]), data(3, "x", last)],
    ["response 3 204"],
    MALFORMED,
  ),
];

export const AFTERWARDS: readonly Case[] = [
  fine(
    "the next stream after a malformed one",
    SERVER,
    [headers(3, [...GET, ["Bad", "x"]], last), get(5)],
    ["reset 3 PROTOCOL_ERROR local", ...GOT(5)],
    { emits: ["RST_STREAM 3 PROTOCOL_ERROR"] },
  ),
  resets(
    "the body of a malformed request is ignored",
    SERVER,
    [headers(3, [...GET, ["Bad", "x"]]), data(3, "x"), data(3, "y", last)],
    [],
    MALFORMED,
    {
      emits: ["RST_STREAM 3 PROTOCOL_ERROR"],
    },
  ),
  // with onMalformed "respond": an answer, and an end to a body that is still coming
  fine(
    "a malformed request is answered",
    SERVER,
    [headers(3, [...GET, ["Bad", "x"]], last)],
    ["reset 3 PROTOCOL_ERROR local"],
    { options: { onMalformed: "respond" }, emits: ["HEADERS 3 END_STREAM"] },
  ),
  fine(
    "a malformed request with a body to come is answered",
    SERVER,
    [headers(3, [...GET, ["Bad", "x"]]), data(3, "x", last)],
    ["reset 3 PROTOCOL_ERROR local"],
    { options: { onMalformed: "respond" }, emits: ["HEADERS 3 END_STREAM", "RST_STREAM 3 NO_ERROR"] },
  ),
  fine(
    "a request that turns out malformed after its answer began is reset",
    SERVER,
    [post(3, length("3")), beginResponse(3), data(3, "x", last)],
    [shown("3")("server"), "reset 3 PROTOCOL_ERROR local"],
    { options: { onMalformed: "respond" }, emits: ["HEADERS 3", "RST_STREAM 3 PROTOCOL_ERROR"] },
  ),
];
