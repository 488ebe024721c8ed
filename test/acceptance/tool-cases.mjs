// @ts-check
// Real clients: curl, wrk, Chromium.
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeProfile } from "../runtimes/browsers.mjs";
import { expectEqual, expectPart, run } from "./tools.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "chromium";
const UPLOAD_OCTETS = 50 * 1024 * 1024;
/** Last line of curl's output: the facts of the transfer. */
const FACTS = ["-w", "\n%{http_code} %{http_version} %{num_connects} %{size_download}"];

/** With TLS, of a server of its own. @type {{ name: string, tool: string, run(port: number, scratch: string): Promise<string | void> }[]} */
export const tlsCases = [
  ...[
    ["--http1.1", "1.1"],
    ["--http2", "2"],
  ].map(([option, version]) => ({
    name: `curl ${option} over TLS`,
    tool: "curl",
    /** @param {number} port */
    async run(port) {
      const { code, stdout } = await run("curl", ["-sSk", option, ...FACTS, secureUrl(port, "/hello")]);
      expectEqual(code, 0, "exit code");
      expectEqual(stdout, `Hello, world!\n\n200 ${version} 1 14`, "output");
    },
  })),
  {
    name: "h2load over TLS: 10,000 requests, 100 streams at a time",
    tool: "h2load",
    async run(port) {
      const { code, stdout } = await run("h2load", ["-n10000", "-c1", "-m100", secureUrl(port, "/hello")]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, "10000 succeeded, 0 failed, 0 errored, 0 timeout", "output");
    },
  },
  {
    name: "Chromium loads the page over TLS, by h2",
    tool: CHROMIUM,
    async run(port) {
      const { code, stdout } = await chromium(["--ignore-certificate-errors", "--dump-dom", secureUrl(port, "/")]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, '<span id="version">HTTP/2</span>', "page");
    },
  },
];

/** @type {{ name: string, tool: string, run(port: number, scratch: string): Promise<string | void> }[]} */
export const toolCases = [
  {
    name: "curl GET",
    tool: "curl",
    async run(port) {
      const { code, stdout } = await run("curl", ["-sS", ...FACTS, url(port, "/hello")]);
      expectEqual(code, 0, "exit code");
      expectEqual(stdout, "Hello, world!\n\n200 1.1 1 14", "output");
    },
  },
  {
    name: "curl -I",
    tool: "curl",
    async run(port) {
      const { code, stdout } = await run("curl", ["-sS", "-I", url(port, "/hello")]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, /^HTTP\/1\.1 200 OK\r\n/, "head");
      expectPart(stdout, /^Content-Length: 14\r$/m, "head");
      expectPart(stdout, /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r$/m, "head");
      expectEqual(stdout.indexOf("\r\n\r\n"), stdout.length - 4, "octets of the head");
    },
  },
  {
    name: "curl --http1.0",
    tool: "curl",
    async run(port) {
      const { code, stdout } = await run("curl", ["-sS", "--http1.0", ...FACTS, url(port, "/bytes/1000")]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, "\n200 1.1 1 1000", "facts");
    },
  },
  {
    name: "curl --next: three requests on one connection",
    tool: "curl",
    async run(port) {
      const { code, stdout } = await run("curl", [
        ...["-sS", ...FACTS, url(port, "/hello"), "--next"],
        ...["-sS", ...FACTS, "-d", "x=1", url(port, "/echo"), "--next"],
        ...["-sS", ...FACTS, url(port, "/no")],
      ]);
      expectEqual(code, 0, "exit code");
      const facts = [...stdout.matchAll(/\n(\d{3}) 1\.1 (\d) \d+/g)].map((match) => `${match[1]}/${match[2]}`);
      expectEqual(facts.join(" "), "200/1 200/0 404/0", "statuses/connections opened");
    },
  },
  {
    name: "curl -H 'Expect: 100-continue'",
    tool: "curl",
    async run(port) {
      const { code, stdout, stderr } = await run("curl", [
        "-sSv",
        "-H",
        "Expect: 100-continue",
        "-d",
        "hello",
        url(port, "/echo"),
      ]);
      expectEqual(code, 0, "exit code");
      expectEqual(stdout, "hello", "output");
      expectPart(stderr, "< HTTP/1.1 100 Continue", "exchange");
      if (stderr.includes("Done waiting for 100-continue")) throw new Error("curl gave up waiting for the 100");
    },
  },
  {
    name: "curl -H 'Expect: 100-continue' for a body nobody wants",
    tool: "curl",
    async run(port) {
      const { code, stdout, stderr } = await run("curl", [
        ...["-sSv", ...FACTS, "-H", "Expect: 100-continue", "-d", "hello", url(port, "/hello")],
      ]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, "\n405 1.1 1", "facts");
      expectPart(stderr, "< Connection: close", "exchange");
      if (stderr.includes("100 Continue")) throw new Error("the body was asked for");
    },
  },
  {
    name: "curl --http2-prior-knowledge, on the same port",
    tool: "curl",
    async run(port) {
      // Each on a connection of its own: curl 7.88 cannot use one again that it opened so (nor with Node's server).
      const flags = ["-sS", "--http2-prior-knowledge", ...FACTS];
      const get = await run("curl", [...flags, url(port, "/hello")]);
      expectEqual(`${get.code} ${get.stdout}`, "0 Hello, world!\n\n200 2 1 14", "output");
      const echo = await run("curl", [...flags, "-d", "x=1", url(port, "/echo")]);
      expectEqual(`${echo.code} ${echo.stdout}`, "0 x=1\n200 2 1 3", "output");
    },
  },
  {
    name: "curl --http2-prior-knowledge -T: 50 MB to /echo and back",
    tool: "curl",
    run: (port) => upload(port, (file) => ["--http2-prior-knowledge", "-T", file]),
  },
  {
    name: "h2load: 10,000 requests, 100 streams at a time",
    tool: "h2load",
    async run(port) {
      const { code, stdout } = await run("h2load", ["-n10000", "-c1", "-m100", url(port, "/hello")]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, "10000 succeeded, 0 failed, 0 errored, 0 timeout", "output");
      return /finished in .*?, (\d+)/.exec(stdout)?.[1].concat(" requests a second");
    },
  },
  { name: "curl -T: 50 MB to /echo and back", tool: "curl", run: (port) => upload(port, (file) => ["-T", file]) },
  { name: "curl -T -: 50 MB chunked to /echo and back", tool: "curl", run: (port) => upload(port, () => ["-T", "-"]) },
  {
    name: "curl reading a stream slowly",
    tool: "curl",
    async run(port) {
      const { code, stdout } = await run("curl", [
        "-sS",
        "--limit-rate",
        "4M",
        "-o",
        "/dev/null",
        ...FACTS,
        url(port, "/bytes/8000000"),
      ]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, "200 1.1 1 8000000", "facts");
    },
  },
  {
    name: "wrk -t2 -c64 -d10s",
    tool: "wrk",
    async run(port) {
      const { code, stdout } = await run("wrk", ["-t2", "-c64", "-d10s", url(port, "/hello")]);
      expectEqual(code, 0, "exit code");
      if (/Socket errors|Non-2xx/.test(stdout)) throw new Error(stdout);
      const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
      if (!(rate > 0)) throw new Error(stdout);
      return `${Math.round(rate)} requests a second`;
    },
  },
  {
    name: "Chromium loads the page",
    tool: CHROMIUM,
    async run(port) {
      const { code, stdout } = await chromium(["--dump-dom", url(port, "/?a=%3Cb%3E&c='d'")]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, "<h1>Your request, as the parser saw it</h1>", "page");
      expectPart(stdout, '<b id="method">GET</b>', "page");
      expectPart(stdout, /<span id="target">\/\?a=%3Cb%3E&amp;c=('|%27)d('|%27)<\/span>/, "page");
      expectPart(stdout, `<th scope="row">Host</th><td>127.0.0.1:${port}</td>`, "page");
      expectPart(stdout, /<th scope="row">User-Agent<\/th><td>Mozilla\/5\.0/, "page");
    },
  },
  {
    name: "Chromium draws the page",
    tool: CHROMIUM,
    async run(port, scratch) {
      const picture = `${scratch}page.png`;
      rmSync(picture, { force: true });
      const { code } = await chromium([`--screenshot=${picture}`, "--window-size=1000,1400", url(port, "/")]);
      expectEqual(code, 0, "exit code");
      if (statSync(picture).size < 10_000) throw new Error("the picture is empty");
      return "build/out/page.png";
    },
  },
];

/**
 * @param {number} port
 * @param {string} path
 */
function url(port, path) {
  return `http://127.0.0.1:${port}${path}`;
}

/**
 * @param {number} port
 * @param {string} path
 */
function secureUrl(port, path) {
  return `https://127.0.0.1:${port}${path}`;
}

/**
 * Sends a file of random octets and compares the digest of what comes back.
 * @param {number} port
 * @param {(file: string) => string[]} options
 */
async function upload(port, options) {
  const folder = mkdtempSync(join(tmpdir(), "sansio-"));
  try {
    const file = join(folder, "upload");
    const octets = randomBytes(UPLOAD_OCTETS);
    writeFileSync(file, octets);
    const sent = createHash("sha256").update(octets).digest("hex");
    const received = createHash("sha256");
    const parameters = ["-sS", ...options(file), url(port, "/echo")];
    const stdin = parameters.includes("-") ? createReadStream(file) : undefined;
    const begun = performance.now();
    const { code, stderr } = await run("curl", parameters, { stdin, onOutput: (piece) => received.update(piece) });
    expectEqual(`${code} ${stderr}`, "0 ", "exit code and errors");
    expectEqual(received.digest("hex"), sent, "digest");
    return `${Math.round(UPLOAD_OCTETS / 1e3 / (performance.now() - begun))} MB/s each way`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string[]} parameters */
async function chromium(parameters) {
  const profile = mkdtempSync(join(tmpdir(), "sansio-chromium-"));
  try {
    const quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
    const headless = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", `--user-data-dir=${profile}`];
    return await run(CHROMIUM, [...headless, ...quiet, ...parameters]);
  } finally {
    removeProfile(profile);
  }
}
