// What this end sends, and what it refuses to: messages, pushes and header blocks (RFC 9113 8, RFC 7541).
import { expect } from "vitest";
import { HpackDecoder } from "../../../src/http2/hpack-decoder.ts";
import { type Check, GET, get, OK, POST } from "../case.ts";
import {
  data,
  END_HEADERS,
  headers,
  indexing,
  join,
  literals,
  neverIndexed,
  pushPromise,
  settings,
} from "../frames.ts";
import { ready } from "../runner.ts";
import {
  answer,
  blocks,
  body,
  client,
  feed,
  fieldsSent,
  lines,
  POSTING,
  REQUEST,
  refusal,
  sent,
  server,
} from "./sender.ts";

// --- messages -----------------------------------------------------------------------------------------------------------------------------------

/** What becomes of a request with this in it. */
const requestRefused = (change: object): string => {
  const connection = client(undefined, settings(["ENABLE_CONNECT_PROTOCOL", 1]));
  return refusal(connection, () => connection.openStream({ ...REQUEST, ...change }));
};
const fieldRefused = (name: string, value: string): string => requestRefused({ headers: [[name, value]] });

export const MESSAGES: readonly Check[] = [
  {
    name: "names are sent in lower case",
    check: () => {
      const connection = client();
      connection.openStream({ ...REQUEST, headers: [["X-Name", "Value"]] }, { endStream: true });
      expect(fieldsSent(connection)).toEqual(
        [[...GET.map(([name, value]) => `${name}: ${value}`), "x-name: Value"].sort()].map((list) =>
          expect.arrayContaining(list),
        ),
      );
    },
  },
  {
    name: "pseudo-fields are sent first, each once, and no others",
    check: () => {
      const connection = client(undefined, settings(["ENABLE_CONNECT_PROTOCOL", 1]));
      connection.openStream({ ...REQUEST, headers: [["a", "b"]] });
      connection.openStream({ method: "CONNECT", target: "a:1" });
      connection.openStream({ ...REQUEST, method: "CONNECT", protocol: "websocket" });
      const names = fieldsSent(connection).map((list) => list.map((line) => line.slice(0, line.indexOf(": "))));
      expect(names.map((list) => list.filter((name) => name.startsWith(":")).sort())).toEqual([
        [":authority", ":method", ":path", ":scheme"],
        [":authority", ":method"],
        [":authority", ":method", ":path", ":protocol", ":scheme"],
      ]);
      expect(names[0]?.at(-1)).toBe("a");
    },
  },
  {
    name: "a response has :status, interim ones too",
    check: () => {
      const connection = server(get(1));
      connection.send({ type: "informational-response", streamId: 1, status: 103, headers: [["a", "b"]] });
      answer(connection, 1, true);
      expect(fieldsSent(connection)).toEqual([[":status: 103", "a: b"], [":status: 200"]]);
    },
  },
  {
    name: "fields that are illegal are not sent",
    check: () => {
      for (const name of ["a b", "a:b", "", "a\0", "a\r\n", "\xe4", ":unknown", ":path"]) {
        expect([name, fieldRefused(name, "v")]).toEqual([name, expect.stringMatching(/^[A-Z_]+$/)]);
      }
      for (const value of ["\0", "a\r\nb", "\n", " a", "a ", "\ta", "a\t"]) {
        expect([value, fieldRefused("n", value)]).toEqual([value, "BAD_FIELD_VALUE"]);
      }
    },
  },
  {
    name: "connection-specific fields are not sent",
    check: () => {
      for (const name of ["Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"]) {
        expect([name, fieldRefused(name, "x")]).toEqual([name, "CONNECTION_SPECIFIC_FIELD"]);
      }
      expect(fieldRefused("TE", "gzip")).toBe("BAD_TE");
    },
  },
  {
    name: "targets that cannot be are not sent",
    check: () => {
      for (const change of [
        { target: "" },
        { target: "a" },
        { target: "/ b" },
        { target: "*" },
        { method: "G ET" },
        { method: "" },
        { scheme: "http://evil" },
        { authority: "user@a" },
        { authority: "a b" },
        { method: "CONNECT", target: "/", authority: undefined, scheme: undefined },
        { headers: [["Host", "b"]] },
      ]) {
        expect([change, requestRefused(change)]).toEqual([change, expect.stringMatching(/^[A-Z_]+$/)]);
      }
    },
  },
  {
    name: "* is the target of OPTIONS",
    check: () => {
      const connection = client();
      connection.openStream({ ...REQUEST, method: "OPTIONS", target: "*" }, { endStream: true });
      expect(fieldsSent(connection)[0]).toContain(":path: *");
    },
  },
  {
    name: "extended CONNECT only when the server allows it",
    check: () => {
      const connection = client();
      expect(
        refusal(connection, () => connection.openStream({ ...REQUEST, method: "CONNECT", protocol: "websocket" })),
      ).toBe("EXTENDED_CONNECT_NOT_ENABLED");
    },
  },
  {
    name: "no trailers on a connected stream",
    check: () => {
      const connection = client(undefined);
      connection.openStream({ method: "CONNECT", target: "a:1" });
      feed(connection, headers(1, OK));
      const trailers = { type: "end-of-message", streamId: 1, headers: [["a", "b"]] } as const;
      expect(refusal(connection, () => connection.send(trailers))).toMatch(/^[A-Z_]+$/);
    },
  },
  {
    name: "Host becomes :authority",
    check: () => {
      const connection = client();
      connection.openStream(
        { method: "GET", scheme: "http", target: "/", headers: [["Host", "b"]] },
        { endStream: true },
      );
      expect(fieldsSent(connection)[0]).toContain(":authority: b");
    },
  },
  {
    name: "101 and responses before their time are not sent",
    check: () => {
      const connection = server(get(1));
      expect(
        refusal(connection, () => connection.send({ type: "informational-response", streamId: 1, status: 101 })),
      ).toMatch(/^[A-Z_0-9]+$/);
      expect(refusal(connection, () => connection.send({ type: "data", streamId: 1, data: body(1) }))).toBe(
        "WRONG_STATE",
      );
      answer(connection, 1);
      expect(refusal(connection, () => answer(connection, 1))).toBe("WRONG_STATE");
      expect(
        refusal(connection, () => connection.send({ type: "informational-response", streamId: 1, status: 103 })),
      ).toBe("WRONG_STATE");
    },
  },
  {
    name: "trailers end the stream and have no pseudo-fields",
    check: () => {
      const connection = server(get(1));
      answer(connection, 1);
      const trailers = (name: string) => () =>
        connection.send({ type: "end-of-message", streamId: 1, headers: [[name, "x"]] });
      expect(refusal(connection, trailers(":status"))).toMatch(/^[A-Z_]+$/);
      trailers("a")();
      expect(lines(connection)).toEqual(["HEADERS 1 END_STREAM"]);
    },
  },
  {
    name: "no body longer or shorter than its Content-Length",
    check: () => {
      const connection = server(get(1));
      connection.send({ type: "response", streamId: 1, status: 200, headers: [["Content-Length", "3"]] });
      const put =
        (count: number, endStream = false) =>
        () =>
          connection.send({ type: "data", streamId: 1, data: body(count), endStream });
      expect(refusal(connection, put(4))).toBe("BODY_TOO_LONG");
      expect(refusal(connection, put(2, true))).toBe("BODY_TOO_SHORT");
      expect(refusal(connection, () => connection.send({ type: "end-of-message", streamId: 1 }))).toBe(
        "BODY_TOO_SHORT",
      );
      put(3, true)();
    },
  },
  {
    name: "a malformed request is answered 400, one that is too large 431",
    check: () => {
      const run = ready("server", { onMalformed: "respond", limits: { maxHeaderBytes: 300 } });
      run.feed(headers(1, [...GET, ["Bad", "x"]], { end: true }));
      run.feed(headers(3, [...GET, ["n", "v".repeat(300)]], { end: true }));
      expect(fieldsSent(run.connection)).toEqual([[":status: 400"], [":status: 431"]]);
    },
  },
  {
    name: "a request is not forwarded that was malformed",
    check: () => {
      const run = ready("server");
      run.feed(
        join(
          headers(1, [...GET, ["x", "a\r\nb"]], { end: true }),
          headers(3, [...POST, ["content-length", "2"]]),
          data(3, "x", { end: true }),
        ),
      );
      expect(run.events.filter((line) => /^(request 1|end )/.test(line))).toEqual([]);
    },
  },
];

// --- push ---------------------------------------------------------------------------------------------------------------------------------------

export const PUSHING: readonly Check[] = [
  {
    name: "no push when the client does not want it",
    check: () => {
      const connection = server(settings(["ENABLE_PUSH", 0]), get(1));
      expect(refusal(connection, () => connection.push(1, REQUEST))).toBe("PUSH_NOT_ALLOWED");
    },
  },
  {
    name: "a client does not push",
    check: () => {
      const connection = client();
      connection.openStream(REQUEST);
      expect(refusal(connection, () => connection.push(1, REQUEST))).toBe("PUSH_NOT_ALLOWED");
    },
  },
  {
    name: "a push belongs to a request that is open",
    check: () => {
      const connection = server(get(1));
      answer(connection, 1, true);
      expect(refusal(connection, () => connection.push(1, REQUEST))).toMatch(/^(NO_SUCH_STREAM|WRONG_STATE)$/);
      expect(refusal(connection, () => connection.push(3, REQUEST))).toBe("NO_SUCH_STREAM");
    },
  },
  {
    name: "a push is no part of a push",
    check: () => {
      const connection = server(get(1));
      const pushed = connection.push(1, REQUEST);
      answer(connection, pushed);
      expect(refusal(connection, () => connection.push(pushed, REQUEST))).toMatch(/^[A-Z_]+$/);
    },
  },
  {
    name: "a pushed request is safe, cacheable, complete and without a body",
    check: () => {
      const connection = server(get(1));
      for (const change of [
        POSTING,
        { ...REQUEST, headers: [["Content-Length", "3"]] },
        { ...REQUEST, authority: undefined },
      ]) {
        expect([change, refusal(connection, () => connection.push(1, change as typeof REQUEST))]).toEqual([
          change,
          expect.stringMatching(/^[A-Z_]+$/),
        ]);
      }
    },
  },
  {
    name: "a large promise is one sequence that END_HEADERS ends",
    check: () => {
      const connection = server(get(1));
      connection.push(1, { ...REQUEST, headers: [["big", "~".repeat(40_000)]] });
      connection.ping();
      const flags = sent(connection).map(({ type, flags: own }) => `${type} ${own}`);
      expect(flags[0]).toBe("PUSH_PROMISE 0");
      expect(flags.at(-2)).toBe(`CONTINUATION ${END_HEADERS}`);
      expect(flags.at(-1)).toBe("PING 0");
    },
  },
  {
    name: "on a reserved stream only HEADERS and RST_STREAM",
    check: () => {
      const connection = server(get(1));
      const pushed = connection.push(1, REQUEST);
      expect(refusal(connection, () => connection.send({ type: "data", streamId: pushed, data: body(1) }))).toBe(
        "WRONG_STATE",
      );
      const taken = ready("client");
      taken.feed(pushPromise(1, 2, GET));
      expect(
        refusal(taken.connection, () => taken.connection.send({ type: "data", streamId: 2, data: body(1) })),
      ).toMatch(/^(NO_SUCH_STREAM|WRONG_STATE)$/);
      taken.connection.reset(2);
      expect(lines(taken.connection)).toEqual(["RST_STREAM 2 CANCEL"]);
    },
  },
];

// --- HPACK (RFC 7541) -----------------------------------------------------------------------------------------------------------------------------

/** The first block that is sent after the peer's settings. */
function firstBlock(...peer: Uint8Array[]): Uint8Array {
  const connection = client();
  connection.openStream({ ...REQUEST, headers: [["x-kept", "in the table"]] }, { endStream: true });
  connection.bytesToSend();
  feed(connection, ...peer);
  connection.openStream({ ...REQUEST, headers: [["x-kept", "in the table"]] }, { endStream: true });
  return blocks(sent(connection))[0] as Uint8Array;
}

export const COMPRESSION: readonly Check[] = [
  {
    name: "a smaller HEADER_TABLE_SIZE is answered by a table size at the start of the next block",
    check: () => {
      expect(firstBlock(settings(["HEADER_TABLE_SIZE", 30]))[0]).toBe(0x20 | 30);
      expect(firstBlock(settings(["HEADER_TABLE_SIZE", 0]))[0]).toBe(0x20);
    },
  },
  {
    name: "the smallest of several HEADER_TABLE_SIZEs is said, then the last",
    check: () => {
      const block = firstBlock(settings(["HEADER_TABLE_SIZE", 0]), settings(["HEADER_TABLE_SIZE", 4096]));
      expect([...block.subarray(0, 4)]).toEqual([0x20, 0x3f, 0xe1, 0x1f]);
      const again = firstBlock(settings(["HEADER_TABLE_SIZE", 0], ["HEADER_TABLE_SIZE", 20]));
      expect([...again.subarray(0, 2)]).toEqual([0x20, 0x20 | 20]);
    },
  },
  {
    name: "the table is not larger than the peer allows",
    check: () => {
      const connection = client(undefined, settings(["HEADER_TABLE_SIZE", 100]));
      const decoder = new HpackDecoder();
      decoder.maxTableSize = 100;
      for (let i = 0; i < 20; i++) {
        connection.openStream({ ...REQUEST, headers: [[`x-${i % 3}`, `value ${i % 5}`]] }, { endStream: true });
      }
      // The decoder would fault an index that is not in a table of 100 octets, or a larger table.
      expect(fieldsSent(connection, decoder).map((list) => list.at(-1))).toEqual(
        Array.from({ length: 20 }, (_, i) => `x-${i % 3}: value ${i % 5}`),
      );
    },
  },
  {
    name: "a sensitive field is never indexed",
    check: () => {
      const connection = client();
      const secret = [["x-secret", "abc", true]] as unknown as [string, string][];
      for (let i = 0; i < 2; i++) connection.openStream({ ...REQUEST, headers: secret }, { endStream: true });
      const decoder = new HpackDecoder();
      for (const block of blocks(sent(connection))) {
        expect(decoder.decode(block).at(-1)).toEqual(["x-secret", "abc", true]);
      }
    },
  },
  {
    name: "a field that came never-indexed is sent on so",
    check: () => {
      const run = ready("server");
      run.connection.feed(
        headers(1, join(literals(GET), neverIndexed("x-secret", "abc"), indexing("c", "d")), { end: true }),
      );
      const event = run.connection.nextEvent();
      if (event.type !== "request") throw new Error(event.type);
      const onward = client();
      onward.openStream({ ...REQUEST, headers: event.headers }, { endStream: true });
      const [block] = blocks(sent(onward));
      expect(new HpackDecoder().decode(block as Uint8Array).slice(-2)).toEqual([
        ["x-secret", "abc", true],
        ["c", "d"],
      ]);
    },
  },
  {
    name: "a pseudo-field that came never-indexed is sent on so",
    check: () => {
      const line = [":method: GET", ":scheme: https", ":authority: a", ":path: /?token=1"].map((text) =>
        text.split(": "),
      );
      const decoded = (marked: boolean[]) =>
        line.map(([name, value], i) => (marked[i] ? [name, value, true] : [name, value]));
      for (let marks = 0; marks < 16; marks++) {
        const marked = line.map((_, i) => (marks & (1 << i)) !== 0);
        const run = ready("server");
        const block = line.map(([name = "", value = ""], i) => (marked[i] ? neverIndexed : indexing)(name, value));
        run.connection.feed(headers(1, join(...block), { end: true }));
        const event = run.connection.nextEvent();
        if (event.type !== "request") throw new Error(event.type);
        // Twice: a field that is never indexed is not found in the table either.
        const onward = client();
        for (let i = 0; i < 2; i++) onward.openStream(event, { endStream: true });
        const decoder = new HpackDecoder();
        for (const sentOn of blocks(sent(onward))) expect(decoder.decode(sentOn)).toEqual(decoded(marked));
      }
    },
  },
  {
    name: "the target of a CONNECT is never indexed, as target or as authority",
    check: () => {
      for (const part of ["target", "authority"] as const) {
        const onward = client();
        onward.openStream({ method: "CONNECT", target: "a:443", sensitive: [part] });
        const [block] = blocks(sent(onward));
        expect(new HpackDecoder().decode(block as Uint8Array).at(-1)).toEqual([":authority", "a:443", true]);
      }
    },
  },
];
