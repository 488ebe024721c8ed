// The `sansio` command as a program: arguments, both roles, both formats, exit codes.
import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const COMMAND = "dist/cli.js";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sansio-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const POST = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKED =
  "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;e=1\r\nde\r\n0\r\nX-Sum: 9\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

describe("usage", () => {
  it.each([["--help"], ["-h"], ["decode", "--help"]])("%s %s prints it", (...parameters) => {
    const { status, stdout, stderr } = run(parameters);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: sansio decode/);
  });

  it("--version prints the package's version", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(run(["--version"])).toMatchObject({ status: 0, stdout: `${version}\n` });
  });

  it.each([
    [[], "a command is missing"],
    [["encode"], "unknown command: encode"],
    [["decode", "--nonsense"], "Unknown option '--nonsense'"],
    [["decode", "a", "b"], "only one FILE"],
    [["decode", "--protocol", "http9"], "unknown protocol: http9"],
    [["decode", "--role", "proxy"], "unknown role: proxy"],
    [["decode", "--request-method", "GET"], "--request-method needs --role client"],
    [["decode", "--client", "package.json"], "--client and --server go together"],
    [["decode", "--client", "package.json", "--server", "package.json", "a"], "all of the input"],
    [["decode", "--client", "package.json", "--server", "package.json", "--role", "client"], "all of the input"],
    [["decode", "--client", "package.json", "--server", "package.json"], "only HTTP/2"],
    [["decode", "--client", "a", "--server", "b", "--protocol", "http1"], "only HTTP/2"],
    [["decode", "--client", "no/such/file", "--server", "package.json", "--protocol", "http2"], "cannot read"],
    [["decode", "--role", "client", "--request-method", "G T"], "--request-method"],
    [["decode", "no/such/file"], "cannot read no/such/file"],
    [["decode", "."], "cannot read ."],
  ])("%j is refused with 2", (parameters, message) => {
    const { status, stdout, stderr } = run(parameters);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr.split("\n").slice(1)).toEqual(["`sansio --help` says what it takes.", ""]);
  });

  it.skipIf(!existsSync("/dev/full"))("output that cannot be written is told in a line, with 2", () => {
    const command = `"${process.execPath}" ${COMMAND} decode > /dev/full`;
    const { status, stderr } = spawnSync("sh", ["-c", command], { input: GET, encoding: "latin1" });
    expect([status, stderr.split("\n")[0]]).toEqual([
      2,
      "sansio: cannot write: ENOSPC: no space left on device, write",
    ]);
  });
});

describe("decode --role server", () => {
  it("prints every event with its offset", () => {
    expect(json(GET)).toEqual([
      { type: "request", method: "GET", target: "/a", httpVersion: "1.1", headers: [["Host", "x"]], offset: 0 },
      { type: "end-of-message", headers: [], offset: 28 },
      { type: "connection-closed", offset: 28 },
    ]);
  });

  it("goes from message to message", () => {
    const events = json(GET + POST + CHUNKED);
    expect(events.map((event) => event.type)).toEqual([
      ...["request", "end-of-message"],
      ...["request", "data", "end-of-message"],
      ...["request", "data", "data", "end-of-message"],
      "connection-closed",
    ]);
    expect(events[2]).toMatchObject({ target: "/b", offset: GET.length });
    expect(events[3]).toEqual({
      type: "data",
      data: Buffer.from("hello").toString("base64"),
      chunkStart: false,
      chunkEnd: false,
      offset: (GET + POST).length - 5,
    });
  });

  it("shows chunks, trailers and names as sent", () => {
    const [, first, second, end] = json(CHUNKED);
    expect([first, second]).toMatchObject([
      { data: "YWJj", chunkStart: true, chunkEnd: true },
      { data: "ZGU=", chunkStart: true, chunkEnd: true },
    ]);
    expect(end).toMatchObject({ type: "end-of-message", headers: [["X-Sum", "9"]] });
  });

  it.each([
    ["an upgrade", "GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n"],
    ["a CONNECT", "CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n"],
    ["a request that expects 100", "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na"],
    ["a HEAD", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"],
  ])("goes on after %s", (_, request) => {
    const targets = json(request + GET).filter((event) => event.type === "request");
    expect(targets.map((event) => event.target)).toHaveLength(2);
    expect(targets[1]).toMatchObject({ target: "/a", offset: request.length });
  });

  it("decodes nothing after a request that closes", () => {
    const events = json(`GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n${GET}`);
    expect(events.map((event) => event.type)).toEqual(["request", "end-of-message", "connection-closed"]);
  });

  it("gives 1 and the error as the last line, after all that came before it", () => {
    const { status, stdout, stderr } = run(["decode", "--json"], `${GET}GET / HTTP/1.1\r\nHost : x\r\n\r\n${GET}`);
    expect([status, stderr]).toEqual([1, ""]);
    const events = lines(stdout);
    expect(events.map((event) => event.type)).toEqual(["request", "end-of-message", "error"]);
    expect(events.at(-1)).toEqual({
      type: "error",
      code: "BAD_FIELD_NAME",
      message: expect.any(String),
      statusHint: 400,
      offset: GET.length + "GET / HTTP/1.1\r\nHost".length,
    });
  });

  it.each([
    ["INCOMPLETE_HEAD", "GET / HT"],
    ["INCOMPLETE_BODY", POST.slice(0, -1)],
    ["INCOMPLETE_BODY", CHUNKED.slice(0, -1)],
  ])("takes the end of the input for the end of the connection: %s", (code, input) => {
    const { status, stdout } = run(["decode", "--json"], input);
    expect(status).toBe(1);
    expect(lines(stdout).at(-1)).toMatchObject({ type: "error", code, offset: input.length });
  });

  it("has nothing to say about nothing", () => {
    expect(json("")).toEqual([{ type: "connection-closed", offset: 0 }]);
  });
});

describe("decode --role client", () => {
  const role = ["--role", "client"];

  it("reads responses one after the other", () => {
    const informational = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    expect(json(informational + OK + OK, role)).toEqual([
      {
        type: "informational-response",
        status: 103,
        reason: "Early Hints",
        httpVersion: "1.1",
        headers: [["Link", "</a>"]],
        offset: 0,
      },
      ...[informational.length, informational.length + OK.length].flatMap((offset) => [
        { type: "response", status: 200, reason: "OK", httpVersion: "1.1", headers: [["Content-Length", "2"]], offset },
        { type: "data", data: "aGk=", chunkStart: false, chunkEnd: false, offset: offset + OK.length - 2 },
        { type: "end-of-message", headers: [], offset: offset + OK.length },
      ]),
      { type: "connection-closed", offset: informational.length + 2 * OK.length },
    ]);
  });

  it("knows what HEAD means, in order", () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    const events = json(head + OK + head, [...role, ...methods("HEAD", "GET", "HEAD")]);
    expect(events.map((event) => event.type)).toEqual([
      ...["response", "end-of-message"],
      ...["response", "data", "end-of-message"],
      ...["response", "end-of-message"],
      "connection-closed",
    ]);
  });

  it("takes what follows an accepted CONNECT for no HTTP", () => {
    const input = "HTTP/1.1 200 OK\r\n\r\n\x16\x03\x01";
    expect(json(input, [...role, ...methods("CONNECT")]).map((event) => event.type)).toEqual(["response"]);
    expect(run(["decode", ...role, ...methods("CONNECT")], input).stdout).toContain("3 octets not decoded");
  });

  it("goes on after a refused CONNECT", () => {
    const refused = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n";
    const events = json(refused + OK, [...role, ...methods("CONNECT")]);
    expect(events.filter((event) => event.type === "response").map((event) => event.offset)).toEqual([
      0,
      refused.length,
    ]);
  });

  it("reads a body up to the end of the input", () => {
    const events = json("HTTP/1.1 200 OK\r\n\r\nall of it", role);
    expect(events.map((event) => event.type)).toEqual(["response", "data", "end-of-message", "connection-closed"]);
  });

  it("drops what follows a response that closes", () => {
    const events = json(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n${OK}`, role);
    expect(events.map((event) => event.type)).toEqual(["response", "end-of-message", "connection-closed"]);
  });

  it.each([
    ["UNSOLICITED_SWITCH", "HTTP/1.1 101 Switching Protocols\r\n\r\n", [], 0],
    ["RESPONSE_NOT_RECEIVED", OK, methods("GET", "GET"), OK.length],
    ["BAD_STATUS", `${OK}HTTP/1.1 2x0 OK\r\n\r\n`, [], OK.length + 10],
    ["INCOMPLETE_BODY", `${OK}${OK}`.slice(0, -1), [], 2 * OK.length - 1],
  ])("%s gives 1", (code, input, more, offset) => {
    const { status, stdout } = run(["decode", "--json", ...role, ...more], input);
    expect(status).toBe(1);
    const error = lines(stdout).at(-1);
    expect(error).toMatchObject({ type: "error", code, statusHint: 502, offset });
    expect(error?.message).toMatch(new RegExp(`at octet ${offset}$`));
  });

  it("reads more responses than could ever be outstanding", () => {
    const events = json(OK.repeat(5_000), role);
    expect(events.filter((event) => event.type === "response")).toHaveLength(5_000);
    expect(events.at(-1)).toEqual({ type: "connection-closed", offset: 5_000 * OK.length });
  });
});

describe("output for people", () => {
  it("is aligned, escaped and abbreviated", () => {
    const body = `"\\\r\n\t\x1b[31m\xff${"a".repeat(100)}`;
    const input = `POST / HTTP/1.1\r\nHost: x\r\nX: caf\xe9\r\nContent-Length: ${body.length}\r\n\r\n${body}G@T / HTTP/1.1\r\n\r\n`;
    const { status, stdout } = run(["decode"], input);
    expect(status).toBe(1);
    expect(stdout.replace(/\(.*?\)/g, "()").split("\n")).toEqual([
      "        0  request                 POST / HTTP/1.1",
      "                                   Host: x",
      String.raw`                                   X: caf\xe9`,
      `                                   Content-Length: ${body.length}`,
      "       58  data                    111 octets",
      String.raw`                                   "\"\\\r\n\t\x1b[31m\xff${"a".repeat(53)}" and 47 more octets`,
      "      169  end-of-message",
      "      170  error                   BAD_METHOD ()",
      expect.stringMatching(/^ {35}\S/),
      "",
    ]);
  });

  it("has no colour in a pipe", () => {
    expect(run(["decode"], GET).stdout).not.toContain("\x1b");
  });
});

describe("input", () => {
  it("may be a file", () => {
    const file = join(folder, "requests");
    writeFileSync(file, GET + POST, "latin1");
    expect(lines(run(["decode", "--json", file]).stdout)).toEqual(json(GET + POST));
  });

  it("may come in pieces", async () => {
    const child = spawn(process.execPath, [COMMAND, "decode", "--json"]);
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    for (const piece of CHUNKED.match(/[\s\S]{1,16}/g) ?? []) {
      child.stdin.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.stdin.end();
    const status = await new Promise((resolve) => child.once("close", resolve));
    expect(status).toBe(0);
    expect(lines(output).at(-1)).toEqual({ type: "connection-closed", offset: CHUNKED.length });
  });

  it("is read no further than its reader wants, quietly", () => {
    const file = join(folder, "many");
    writeFileSync(file, GET.repeat(100_000), "latin1");
    const { stdout, stderr } = spawnSync(
      "sh",
      ["-c", `"${process.execPath}" ${COMMAND} decode "${file}" | head -n 1`],
      {
        encoding: "latin1",
      },
    );
    expect(stderr).toBe("");
    expect(stdout).toBe("        0  request                 GET /a HTTP/1.1\n");
  });
});

interface Line {
  type: string;
  [name: string]: unknown;
}

function run(parameters: readonly string[], input = ""): SpawnSyncReturns<string> {
  const maxBuffer = 64 * 1024 * 1024;
  const options = { input: Buffer.from(input, "latin1"), encoding: "latin1", maxBuffer } as const;
  return spawnSync(process.execPath, [COMMAND, ...parameters], options);
}

function lines(output: string): Line[] {
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

/** The events of an input that parses. */
function json(input: string, parameters: readonly string[] = []): Line[] {
  const { status, stdout, stderr } = run(["decode", "--json", ...parameters], input);
  expect([status, stderr]).toEqual([0, ""]);
  return lines(stdout);
}

function methods(...names: string[]): string[] {
  return names.flatMap((name) => ["--request-method", name]);
}
