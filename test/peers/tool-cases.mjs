// @ts-check
// curl, nghttp, h2load and Chromium with a server on our connection.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectEqual, expectPart, run } from "../acceptance/tools.mjs";
import { removeProfile } from "../runtimes/browsers.mjs";
import { startOurServer } from "./drive.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "chromium";

/** @typedef {{ key: string, cert: string }} Certificate */

/** @param {(origin: string) => Promise<string | void>} use */
function withServer(use, overTls = false) {
  return async (/** @type {Certificate} */ tls) => {
    const server = await startOurServer(overTls ? tls : null);
    try {
      const remark = await use(`${overTls ? "https" : "http"}://127.0.0.1:${server.port}`);
      expectEqual(server.failures.map(String).join(), "", "errors of our server");
      return remark;
    } finally {
      await server.stop();
    }
  };
}

/** @type {{ name: string, tool: string, run(tls: Certificate): Promise<string | void> }[]} */
export const toolCases = [
  {
    name: "curl --http2-prior-knowledge: down, and up and down",
    tool: "curl",
    run: withServer(async (origin) => {
      // Each on a connection of its own: curl 7.88 cannot use one again that it opened so (nor with Node's server).
      const flags = ["-sS", "--http2-prior-knowledge", "-w", "|%{http_code} %{http_version} %{size_download}"];
      const get = await run("curl", [...flags, "-o", "/dev/null", `${origin}/bytes/100000`]);
      expectEqual(`${get.code}${get.stdout}`, "0|200 2 100000", "output");
      const echo = await run("curl", [...flags, "-d", "x=1", `${origin}/echo`]);
      expectEqual(`${echo.code} ${echo.stdout}`, "0 x=1|200 2 3", "output");
    }),
  },
  {
    name: "curl --http2 over TLS: 20 MB up and down",
    tool: "curl",
    run: withServer(async (origin) => {
      const large = "x".repeat(20_000_000);
      const { Readable } = await import("node:stream");
      let octets = 0;
      const parameters = ["-sSk", "--http2", "-w", "%{stderr}%{http_code} %{http_version}", "-T", "-", "-X", "POST"];
      const { code, stderr } = await run("curl", [...parameters, `${origin}/echo`], {
        stdin: Readable.from([large]),
        onOutput: (part) => {
          octets += part.length;
        },
      });
      expectEqual(`${code} ${stderr} ${octets}`, "0 200 2 20000000", "code, facts, octets");
    }, true),
  },
  {
    name: "nghttp -v: frames both ways, no error",
    tool: "nghttp",
    run: withServer(async (origin) => {
      const { code, stdout } = await run("nghttp", ["-v", "-n", `${origin}/bytes/70000`, `${origin}/inform`]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, /recv \(stream_id=13\) :status: 200/, "exchange");
      expectPart(stdout, /:status: 103/, "exchange");
      expectPart(stdout, /recv SETTINGS frame <length=0, flags=0x01/, "exchange");
      if (/RST_STREAM|error_code=(?!NO_ERROR)/.test(stdout)) throw new Error(stdout.slice(-2000));
    }),
  },
  {
    name: "h2load: 10,000 requests, 100 streams at a time, no error",
    tool: "h2load",
    run: withServer(async (origin) => {
      const { code, stdout } = await run("h2load", ["-n", "10000", "-c", "2", "-m", "100", `${origin}/bytes/100`]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, "10000 succeeded, 0 failed, 0 errored, 0 timeout", "report");
      return `${/([\d.]+) req\/s/.exec(stdout)?.[1]} requests a second`;
    }),
  },
  {
    name: "h2load over TLS: 10,000 requests, 100 streams at a time, no error",
    tool: "h2load",
    run: withServer(async (origin) => {
      const { code, stdout } = await run("h2load", ["-n", "10000", "-c", "2", "-m", "100", `${origin}/bytes/100`]);
      expectEqual(code, 0, "exit code");
      expectPart(stdout, "10000 succeeded, 0 failed, 0 errored, 0 timeout", "report");
    }, true),
  },
  {
    name: "Chromium over TLS: h2 is the protocol",
    tool: CHROMIUM,
    run: withServer(async (origin) => {
      const profile = mkdtempSync(join(tmpdir(), "sansio-chromium-"));
      try {
        const log = join(profile, "net.json");
        const { stdout } = await run(CHROMIUM, [
          ...[
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--ignore-certificate-errors",
            `--user-data-dir=${profile}`,
          ],
          ...[`--log-net-log=${log}`, "--dump-dom", `${origin}/echo`],
        ]);
        expectPart(stdout, "<html>", "page");
        const { readFileSync } = await import("node:fs");
        expectPart(readFileSync(log, "utf8"), /"(?:next_proto|negotiated_protocol)":"h2"/, "Chromium's net log");
      } finally {
        removeProfile(profile);
      }
    }, true),
  },
];
