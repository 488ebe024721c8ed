// No matter what octets come, nextEvent gives events or throws a RemoteProtocolError: nothing else comes out, nothing
// hangs, nothing grows without bound.
import { describe, expect, test } from "vitest";
import * as layout from "../assembly/layout.ts";
import { Http1Connection, type Http1Options, RemoteProtocolError, type Role } from "../src/index.ts";
import { head, mutated } from "./assembly/generate.ts";
import { readChunkLine, readHead } from "./assembly/reference.ts";
import { everySplit, octets, pick, type Random, random, someSplits } from "./helpers.ts";

const ROLES: Role[] = ["server", "client"];
const METHODS = ["GET", "HEAD", "POST", "CONNECT", "OPTIONS"];

/** What a client may have sent: some requests, whole, of which some propose to switch. */
function requests(count: number, next: Random): (connection: Http1Connection) => void {
  const all = Array.from({ length: count }, () => [pick(METHODS, next), next(4) === 0] as const);
  return (connection) => {
    for (const [method, upgrade] of all) {
      const target = method === "CONNECT" ? "a:1" : "/";
      const headers: [string, string][] = [["Host", "a"]];
      if (upgrade) headers.push(["Connection", "upgrade"], ["Upgrade", "x"]);
      connection.send({ type: "request", method, target, headers });
      connection.send({ type: "end-of-message" });
      connection.bytesToSend();
      // Behind a proposal nothing more can be sent.
      if (upgrade || method === "CONNECT") return;
    }
  };
}

function body(next: Random): string {
  const chunk = () => {
    const data = "d".repeat(next(40));
    return `${data.length.toString(16)}${pick(["", "", ";a", ';b="c"', " ;d=e"], next)}\r\n${data}${data === "" ? "" : "\r\n"}`;
  };
  return pick(
    [() => "x".repeat(next(30)), () => `${chunk()}${chunk()}0\r\n\r\n`, () => `${chunk()}0\r\nA: b\r\nHost: c\r\n\r\n`],
    next,
  )();
}

/** A head that most likely passes, with a body that may fit it. */
function message(role: Role, next: Random): string {
  const start =
    role === "server"
      ? `${pick(["GET", "POST", "HEAD", "PUT"], next)} /${"p".repeat(next(20))} HTTP/1.${next(8) === 0 ? 0 : 1}\r\nHost: a\r\n`
      : `HTTP/1.${next(8) === 0 ? 0 : 1} ${pick([100, 101, 103, 200, 204, 304, 404, 408], next)} ${pick(["OK", ""], next)}\r\n`;
  const framing = pick(["", "Content-Length: 7\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n"], next);
  const more = pick(
    [
      "",
      "",
      "",
      "Connection: close\r\n",
      "Connection: keep-alive\r\n",
      "Expect: 100-continue\r\n",
      "Connection: upgrade\r\nUpgrade: x\r\n",
    ],
    next,
  );
  return `${start}${framing}${more}\r\n${framing.startsWith("T") ? body(next) : framing.includes("7") ? "1234567" : ""}`;
}

/** Random octets, odd heads, or a pipeline; sometimes mutated. */
function input(role: Role, next: Random): string {
  const kind = next(8);
  if (kind === 0) return Array.from({ length: next(60) }, () => String.fromCharCode(next(256))).join("");
  if (kind === 1)
    return Array.from({ length: next(60) }, () => pick([..."GET / HTP1.:\r\n \t\0;=,0aA"], next)).join("");
  if (kind === 2) return mutated(head(next, role === "server" ? layout.REQUEST : layout.RESPONSE), next) + body(next);
  let text = next(10) === 0 ? "\r\n" : "";
  for (let count = 1 + next(3); count > 0; count--) text += message(role, next);
  return next(2) === 0 ? mutated(text, next) : text;
}

function options(next: Random): Http1Options {
  const small = () => pick([0, 1, 3, 20, 60, 200], next);
  return {
    limits:
      next(3) > 0
        ? {}
        : {
            maxHeadBytes: 40 + small(),
            maxFields: small(),
            maxTargetBytes: small(),
            maxTrailerBytes: small(),
            maxChunkLineBytes: small(),
            maxChunkExtensionBytes: small(),
            maxChunkExtensionTotalBytes: small(),
            maxChunkSizeDigits: 1 + next(16),
            maxLeadingEmptyLines: next(3),
            maxInformationalResponses: next(3),
            maxBodyBytes: small(),
          },
    allow:
      next(3) > 0
        ? {}
        : {
            obsFold: next(2) > 0,
            bareLf: next(2) > 0,
            repeatedContentLength: next(2) > 0,
            missingReasonSpace: next(2) > 0,
            controlBytesInValues: next(2) > 0,
            nonAsciiTarget: next(2) > 0,
            chunkSizeWhitespace: next(2) > 0,
          },
    copyData: next(4) === 0,
    http10KeepAlive: next(2) > 0,
  };
}

describe.each(ROLES)("in %s role", (role) => {
  const prepare = (next: Random) => (role === "client" ? requests(1 + next(3), next) : undefined);

  test("whatever comes, the splits give the same, and nothing but events and RemoteProtocolError", () => {
    const next = random(role === "client" ? 61 : 62);
    const codes = new Set<string>();
    const types = new Set<string>();
    for (let i = 0; i < 900; i++) {
      const text = input(role, next);
      const settings = options(next);
      const setUp = prepare(next);
      const { error, events, eof } = (i % 20 === 0 ? everySplit : someSplits)(role, text, settings, setUp);
      for (const code of [error?.code, eof.error?.code]) if (code !== undefined) codes.add(code);
      for (const { type } of eof.events) types.add(type);
      // In order, each where it began, none twice.
      const offsets = events.map(({ offset }) => offset);
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      if (eof.error !== undefined) {
        expect(eof.error.offset).toBeLessThanOrEqual(text.length);
        expect(eof.bufferedBytes).toBe(0);
        expect(eof.remoteState).toBe("error");
      }
    }
    // The generator reaches most of what there is.
    expect([...types].sort()).toEqual([
      "connection-closed",
      "data",
      "end-of-message",
      ...(role === "server" ? ["request"] : ["informational-response", "response"]),
    ]);
    expect(codes.size).toBeGreaterThan(role === "server" ? 22 : 18);
  });

  test("an error is for good, and what was sent or is to be sent is not touched by it", () => {
    const next = random(63);
    for (let i = 0; i < 500; i++) {
      const connection = new Http1Connection(role);
      prepare(next)?.(connection);
      connection.feed(octets(`${message(role, next)}\0\r\n${input(role, next)}`));
      let thrown: unknown;
      try {
        for (const _ of connection.events()) if (role === "server" && connection.remoteState === "done") break;
        for (const _ of connection.events());
      } catch (error) {
        thrown = error;
      }
      if (thrown === undefined) continue;
      expect(thrown).toBeInstanceOf(RemoteProtocolError);
      for (let again = 0; again < 3; again++) {
        connection.feed(octets(message(role, next)));
        expect(() => connection.nextEvent()).toThrow(thrown as RemoteProtocolError);
        expect(connection.bufferedBytes).toBe(0);
      }
      const answered = connection.errorResponse(thrown as RemoteProtocolError);
      expect(answered).toBe(role === "server");
      if (answered)
        expect(Buffer.from(connection.bytesToSend()).toString()).toMatch(
          /^HTTP\/1\.1 [45]\d\d [\s\S]*Connection: close\r\n\r\n$/,
        );
      expect(["must-close", "closed", "error"].includes(connection.localState) || role === "client").toBe(true);
      connection.feedEof();
      expect(() => connection.nextEvent()).toThrow(thrown as RemoteProtocolError);
    }
  });
});

describe("a limit is a fault like any other: of two the lower offset counts", () => {
  const next = random(64);
  const faulty = Array.from({ length: 60 }, () => mutated(head(next, layout.REQUEST), next));

  /** Faults of the whole head come when it is whole; these come with their line. */
  const OF_A_LINE = /^(BAD_(METHOD|TARGET|VERSION|FIELD_NAME|FIELD_VALUE)|BARE_(CR|LF)|OBS_FOLD)$/;

  test.each([
    ["maxHeadBytes", "HEAD_TOO_LARGE", 0],
    ["maxTargetBytes", "TARGET_TOO_LONG", 1],
  ] as const)("%s", (limit, code, isTarget) => {
    let [fault, cut] = [0, 0];
    for (const text of faulty.filter((each) => !/^[\r\n]/.test(each))) {
      const free = someSplits("server", text).eof;
      const [, method = "", target = ""] = /^(\S* )(\S*)/.exec(text) ?? [];
      const length = isTarget ? target.length : text.indexOf("\r\n\r\n") + 4;
      for (let most = 1; most <= Math.min(length, 60); most += 1 + next(5)) {
        const at = most + (isTarget ? method.length : 0);
        const { error } = someSplits("server", text, { limits: { [limit]: most } }).eof;
        if (free.error !== undefined && OF_A_LINE.test(free.error.code) && free.error.offset < at) {
          // A CR is bare when the octet behind it is known, which the limit may forbid.
          if (free.error.code === "BARE_CR" && free.error.offset === at - 1) continue;
          expect([text, most, error]).toEqual([text, most, free.error]);
          fault++;
        } else if (length > most && free.error?.offset !== at) {
          expect([text, most, error?.code, error?.offset]).toEqual([text, most, code, at]);
          cut++;
        }
      }
    }
    expect([fault > 3, cut > 20]).toEqual([true, true]);
  });
});

describe("heads and lines longer than the windows in which they are scanned", () => {
  /** Some of the 300 fields, of which few are long; one octet in it changed. */
  function longHead(next: Random, start: string, folds: boolean): string {
    let text = start;
    for (let count = next(300); count > 0; count--) {
      text += `N${next(100)}: ${"v".repeat(next(12) === 0 ? next(3000) : next(30))}\r\n`;
      if (folds && next(60) === 0) text += " folded\r\n";
    }
    text += "\r\n";
    if (next(2) > 0) return text;
    const at = start.length + next(text.length - start.length);
    return text.slice(0, at) + pick(["\0", "\r", "\n", ":", "\x80", " "], next) + text.slice(at + 1);
  }

  test.each<[Role, string, number, number]>([
    ["server", "GET / HTTP/1.1\r\nHost: a\r\n", layout.REQUEST, 0],
    ["client", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", layout.RESPONSE, layout.ALLOW_OBS_FOLD],
  ])("a head, as the slow reader has it (%s role)", (role, start, what, allow) => {
    const next = random(65);
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const text = longHead(next, start, allow !== 0).slice(0, 60_000);
      const { events, error } = someSplits(role, text, {}, role === "client" ? requests(1, () => 0) : undefined);
      const wanted = readHead(text, { what, allow, maxFields: 256 });
      seen.add(wanted.outcome === "fault" ? wanted.code : wanted.outcome);
      if (wanted.outcome === "done")
        expect(events[0]?.headers).toEqual(wanted.fields.map(([name, value]) => [name, value]));
      // A fault is told when its line is complete, or when the head is larger than its limit.
      else if (wanted.outcome === "fault" && text.includes("\n", wanted.at)) {
        expect([text, error?.code, error?.offset]).toEqual([text, wanted.code, wanted.at]);
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining(["done", "TOO_MANY_FIELDS"]));
    expect(seen.size).toBeGreaterThan(3);
  });

  test("a chunk-size line, as the slow reader has it", () => {
    const next = random(66);
    const first = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (let i = 0; i < 80; i++) {
      let line = "5";
      for (let count = next(30); count > 0; count--) {
        line += `;n${"n".repeat(next(40))}${pick(["", "=v", `="${"q".repeat(next(100))}"`], next)}`;
      }
      line = `${line}\r\n`;
      if (next(3) === 0) {
        const at = next(line.length);
        line = line.slice(0, at) + pick(["\0", "\r", "\n", " ", '"', ";"], next) + line.slice(at + 1);
      }
      const { events, error } = someSplits("server", `${first}${line}hello\r\n0\r\n\r\n`);
      const wanted = readChunkLine(line);
      if (wanted.outcome === "done") expect([line, events[1]?.data]).toEqual([line, "hello"]);
      else if (wanted.outcome === "fault") {
        expect([line, error?.code, error?.offset]).toEqual([line, wanted.code, first.length + wanted.at]);
      }
    }
  });
});

describe("what goes on for ever is cut off", () => {
  const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const GET = "GET / HTTP/1.1\r\n";

  const ENDLESS: [what: string, role: Role, first: string, again: string, code: string][] = [
    ["empty lines", "server", "", "\r\n", "LEADING_EMPTY_LINES"],
    ["a method", "server", "", "M", "HEAD_TOO_LARGE"],
    ["a target", "server", "GET /", "t", "TARGET_TOO_LONG"],
    ["a name", "server", `${GET}N`, "n", "HEAD_TOO_LARGE"],
    ["a value", "server", `${GET}N: `, "v", "HEAD_TOO_LARGE"],
    ["white space", "server", `${GET}N:`, " ", "HEAD_TOO_LARGE"],
    ["fields", "server", GET, "N: v\r\n", "TOO_MANY_FIELDS"],
    ["large fields", "server", GET, `N: ${"v".repeat(1000)}\r\n`, "HEAD_TOO_LARGE"],
    ["digits of a chunk size", "server", CHUNKED, "0", "CHUNK_SIZE_TOO_LONG"],
    ["an extension", "server", `${CHUNKED}1;`, "e", "CHUNK_EXTENSIONS_TOO_LARGE"],
    ["a quoted extension", "server", `${CHUNKED}1;e="`, "e", "CHUNK_EXTENSIONS_TOO_LARGE"],
    ["chunks with extensions", "server", CHUNKED, "1;e=e\r\nx\r\n", "CHUNK_EXTENSIONS_TOO_LARGE"],
    ["a trailer", "server", `${CHUNKED}0\r\nN: `, "v", "TRAILERS_TOO_LARGE"],
    ["trailers", "server", `${CHUNKED}0\r\n`, "N: v\r\n", "TOO_MANY_FIELDS"],
    ["forbidden trailers", "server", `${CHUNKED}0\r\n`, "Host: v\r\n", "TOO_MANY_FIELDS"],
    ["a reason", "client", "HTTP/1.1 200 ", "r", "HEAD_TOO_LARGE"],
    ["a folded value", "client", "HTTP/1.1 200 OK\r\nN: v\r\n", " \r\n", "HEAD_TOO_LARGE"],
    ["informational responses", "client", "", "HTTP/1.1 103 Early Hints\r\n\r\n", "TOO_MANY_INFORMATIONAL_RESPONSES"],
  ];

  test.each(ENDLESS)("%s (%s role)", (_, role, first, again, code) => {
    for (const size of [1, 7, 1024, 65536]) {
      const connection = new Http1Connection(role);
      if (role === "client") requests(1, () => 0)(connection);
      const piece = octets(again.repeat(Math.ceil(size / again.length)));
      connection.feed(octets(first));
      let fed = first.length;
      let most = 0;
      expect(() => {
        while (fed < 2_000_000) {
          while (connection.nextEvent().type !== "need-data");
          most = Math.max(most, connection.bufferedBytes);
          connection.feed(piece);
          fed += piece.length;
        }
      }).toThrow(expect.objectContaining({ code }));
      // The largest element that a limit lets through, and what was fed last.
      expect(most).toBeLessThanOrEqual(65536 + piece.length);
    }
  });

  test.each([
    ["a body until the end", "client", "HTTP/1.1 200 OK\r\n\r\n", "x"],
    ["a long body", "server", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9007199254740991\r\n\r\n", "x"],
    ["a long chunk", "server", `${CHUNKED}1fffffffffffff\r\n`, "x"],
    ["small chunks", "server", CHUNKED, "1\r\nx\r\n"],
  ] as const)("%s is passed on and not kept", (_, role, first, again) => {
    const connection = new Http1Connection(role);
    if (role === "client") requests(1, () => 0)(connection);
    connection.feed(octets(first));
    const piece = octets(again.repeat(2000));
    for (let i = 0; i < 50; i++) {
      connection.feed(piece);
      let got = 0;
      for (const event of connection.events()) if (event.type === "data") got += event.data.length;
      expect([got, connection.bufferedBytes]).toEqual([2000, 0]);
    }
  });
});
