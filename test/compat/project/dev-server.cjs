// webpack-dev-server over sockjs, a page in headless Chromium, a change of its source: the page must come anew by itself.
const { spawn } = require("node:child_process");
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const webpack = require("webpack");
const DevServer = require("webpack-dev-server");

const LIMIT = 60_000;
const source = (version) => `document.title = "${version}"; fetch("/report?page=${version}");\n`;

async function main() {
  const folder = mkdtempSync(join(tmpdir(), "sansio-page-"));
  const file = join(folder, "src", "index.js");
  mkdirSync(join(folder, "src"));
  writeFileSync(file, source("first"));
  const reports = [];
  let onReport = () => {};
  const quiet = { stats: "none", infrastructureLogging: { level: "none" } };
  const files = { context: folder, entry: "./src/index.js", output: { path: folder } };
  const compiler = webpack({ mode: "development", ...files, ...quiet });
  const server = new DevServer(
    {
      port: 0,
      host: "127.0.0.1",
      hot: false,
      liveReload: true,
      webSocketServer: "sockjs",
      client: { webSocketTransport: "sockjs", logging: "none" },
      static: false,
      setupMiddlewares(middlewares) {
        const page = (_request, response) => response.end('<!doctype html><script src="/main.js"></script>');
        const report = (request, response) => {
          reports.push(new URL(request.url, "http://a").searchParams.get("page"));
          response.end();
          onReport();
        };
        return [
          { name: "page", path: "/page", middleware: page },
          {
            name: "report",
            path: "/report",
            middleware: (request, response) => report({ url: request.originalUrl }, response),
          },
          ...middlewares,
        ];
      },
    },
    compiler,
  );
  await server.start();
  const { port } = server.server.address();
  const profile = join(folder, "profile");
  const parameters = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
  ];
  const url = `http://127.0.0.1:${port}/page`;
  const browser = spawn("chromium", [...parameters, `--user-data-dir=${profile}`, "--remote-debugging-port=0", url], {
    stdio: "ignore",
  });
  const timer = setTimeout(() => end(1), LIMIT);
  const until = (page) =>
    new Promise((done) => {
      onReport = () => reports.includes(page) && done();
      onReport();
    });
  await until("first");
  // The page listens for changes before long.
  await new Promise((done) => setTimeout(done, 1500));
  writeFileSync(file, source("second"));
  await until("second");
  end(0);

  function end(status) {
    clearTimeout(timer);
    const driver = createRequire(
      createRequire(createRequire(require.resolve("sockjs")).resolve("faye-websocket")).resolve("websocket-driver"),
    );
    const isOurs = driver("http-parser-js").HTTPParser.kOnMessageBegin === 5;
    console.log(JSON.stringify({ reports, isOurs }));
    browser.kill();
    browser.once("exit", () => {
      try {
        rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
      } catch (error) {
        // Processes of the browser may outlive it on a busy machine, and write: that says nothing of the page.
        console.error(`left behind: ${folder} (${error.code})`);
      }
      process.exit(status);
    });
  }
}

main();
