// Connections that take turns share a kernel and memory for what is cut: none of them ever reads another's octets.
import { describe, expect, test } from "vitest";
import { HTTPParser } from "../../src/compat/index.ts";
import type { Http1Connection } from "../../src/http1/index.ts";
import type { ReceiveBuffer } from "../../src/shared/receive-buffer.ts";
import { pick, type Random } from "../helpers.ts";
import { answer, client, faultLine, latin1, line, octets, random, request, server } from "./helpers.ts";

const FIELDS = [
  "Accept: */*",
  "x-odd:  b \t",
  "User-Agent: x",
  "cookie: a=b",
  "X-\x61bc: \xff",
  `X-Long: ${"l".repeat(900)}`,
];

/** Another message, of 30 to some 4,500 octets, sometimes with a body, sometimes behind an empty line. */
function message(next: Random, number: number): string {
  const fields = Array.from({ length: next(6) }, () => pick(FIELDS, next)).concat("Host: a");
  const body = pick(["", "", "", "Content-Length: 3", "Transfer-Encoding: chunked"], next);
  const content = body === "" ? "" : body.startsWith("C") ? "abc" : "3\r\nabc\r\n0\r\n\r\n";
  const head = ["GET", `/${number}`, "HTTP/1.1"].join(" ");
  return `${next(8) === 0 ? "\r\n" : ""}${[head, ...fields, body].filter(Boolean).join("\r\n")}\r\n\r\n${content}`;
}

/** What may happen in the same realm between two events. */
const BETWEEN: readonly (() => unknown)[] = [
  () => {},
  () => {},
  () => readAll(server(), "GET /other HTTP/1.1\r\nHost: b\r\n\r\nGET /behind HTTP/1.1\r\nHost: b\r\n\r\n"),
  () => readAll(server(), "GET /cut HTTP/1.1\r\nHo"),
  () => readAll(server(), "POST / HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"),
  () => readAll(client(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
  () => request(client(), "GET", [["X-Short", "s"]]),
  () => request(client(), "GET", [["X-Long", "l".repeat(200_000)]]),
  () => new HTTPParser("REQUEST").execute(Buffer.from("GET /compat HTTP/1.1\r\nHost: c\r\n\r\n")),
  () => new HTTPParser("REQUEST").parseHeader("A: b", []),
];

/** Each event and its offset, and the fault that ends them; requests are answered. */
function readAll(connection: Http1Connection, input: string | Uint8Array, between: () => unknown = () => {}): string[] {
  const told: string[] = [];
  connection.feed(typeof input === "string" ? octets(input) : input);
  while (true) {
    let event: ReturnType<Http1Connection["nextEvent"]>;
    try {
      event = connection.nextEvent();
    } catch (error) {
      return [...told, faultLine(error)];
    }
    between();
    if (event.type === "need-data") return told;
    if (event.type !== "paused") told.push(`${"offset" in event ? event.offset : ""} ${line(event)}`);
    else if (connection.bufferedBytes === 0) return told;
    else {
      answer(connection);
      connection.startNextCycle();
    }
  }
}

/** Each message alone, with the offsets of the whole. */
function readEach(messages: readonly string[]): string[] {
  let before = 0;
  return messages.flatMap((text) => {
    const told = readAll(server(), text).map((event) =>
      event.replace(/^\d+/, (offset) => `${Number(offset) + before}`),
    );
    before += text.length;
    return told;
  });
}

describe("pipelined requests in one chunk", () => {
  test("are what each is alone, whatever else is read and sent between their events", () => {
    const next = random(71);
    for (let round = 0; round < 60; round++) {
      const messages = Array.from({ length: 1 + next(24) }, (_, i) => message(next, i));
      const wanted = readEach(messages);
      expect(wanted.filter((told) => / GET \//.test(told))).toHaveLength(messages.length);
      const isQuiet = round % 3 === 0;
      expect(readAll(server(), messages.join(""), isQuiet ? undefined : () => pick(BETWEEN, next)())).toEqual(wanted);
    }
  });

  test("behind a head that was cut there are this connection's octets only, and never another's", () => {
    const secret = `GET /secret HTTP/1.1\r\nHost: b\r\nCookie: ${"s".repeat(500)}\r\n\r\n`;
    const [first, second] = [
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n",
      `GET /2 HTTP/1.1\r\nHost: a\r\nV: ${"v".repeat(300)}\r\n\r\n`,
    ];
    const wanted = readEach([first, second]);
    for (let cut = 1; cut < first.length; cut++) {
      for (let end = first.length + 1; end < first.length + second.length; end++) {
        const connection = server();
        const told = readAll(connection, first.slice(0, cut));
        readAll(server(), secret);
        told.push(...readAll(connection, (first + second).slice(cut, end)));
        readAll(server(), secret);
        told.push(...readAll(connection, (first + second).slice(end)));
        expect(told, `${cut} ${end}`).toEqual(wanted);
      }
    }
  });

  test("cut anywhere, on connections that take turns, they are what each is alone", () => {
    const next = random(73);
    for (let round = 0; round < 60; round++) {
      const plans = Array.from({ length: 4 }, () => Array.from({ length: 1 + next(9) }, (_, i) => message(next, i)));
      const lines = plans.map((messages) => ({
        connection: server(),
        rest: messages.join(""),
        wanted: readEach(messages),
        told: [] as string[],
      }));
      while (lines.some(({ rest }) => rest !== "")) {
        const turn = pick(lines, next);
        const count = 1 + next(pick([10, 200, 3000], next));
        turn.told.push(...readAll(turn.connection, turn.rest.slice(0, count)));
        turn.rest = turn.rest.slice(count);
      }
      // Pieces of bodies are as they were cut.
      const heads = (told: string[]) => told.filter((event) => !/^\d+ data/.test(event));
      for (const { told, wanted } of lines) expect(heads(told)).toEqual(heads(wanted));
    }
  });

  test("memory that is used again has nothing of the connection before", () => {
    const partialOf = (connection: Http1Connection) =>
      (connection as unknown as { receiver: ReceiveBuffer }).receiver.partial;
    const [first, second] = [server(), server()];
    readAll(first, "GET /secret HTTP/1.1\r\nHost: a\r\nCookie: secret");
    const memory = partialOf(first);
    readAll(first, "\r\n\r\n");
    readAll(second, "GE");
    expect(partialOf(first)).toHaveLength(0);
    expect(partialOf(second)).toBe(memory);
    expect(latin1(memory).replace(/\0+$/, "")).toBe("GE");
    // It is given up with the head, by a fault too.
    readAll(second, "\r\n\r\n");
    expect(partialOf(second)).toHaveLength(0);
    expect(memory.every((octet) => octet === 0)).toBe(true);
  });

  test("a fault among them is told as alone, at its own octet", () => {
    const next = random(72);
    for (const bad of [
      "GET /\x7f HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n",
    ]) {
      for (let round = 0; round < 10; round++) {
        const messages = [...Array.from({ length: next(12) }, (_, i) => message(next, i)), bad];
        expect(readAll(server(), messages.join(""))).toEqual(readEach(messages));
      }
    }
  });

  test("limits count from the request's own first octet", () => {
    const head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const limits = { maxHeadBytes: head.length, maxFields: 1 };
    expect(readAll(server({ limits }), head.repeat(300))).toHaveLength(600);
    expect(readAll(server({ limits }), head.repeat(3) + head.replace("/", "/x")).at(-1)).toBe("HEAD_TOO_LARGE 431");
    const more = head.replace("\r\n\r\n", "\r\nA: b\r\n\r\n");
    expect(readAll(server({ limits: { maxFields: 1 } }), head.repeat(3) + more).at(-1)).toBe("TOO_MANY_FIELDS 431");
  });

  test("the next chunk is read as it is, though the same memory was given before", () => {
    const connection = server();
    const memory = octets("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    for (let turn = 0; turn < 3; turn++) {
      memory[5] = 0x61 + turn;
      memory[33] = 0x61 + turn;
      const told = readAll(connection, memory).filter((event) => event.includes("GET"));
      expect(told.map((event) => /GET (\S+)/.exec(event)?.[1])).toEqual([`/${"abc"[turn]}`, `/${"abc"[turn]}`]);
      answer(connection);
      connection.startNextCycle();
    }
  });
});
