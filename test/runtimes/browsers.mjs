// Browsers from Debian: installed when they are missing, shown a page that posts what it found.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHROMIUM = "/usr/bin/chromium";
const FIREFOX = "/usr/bin/firefox-esr";

export function installBrowsers() {
  if (existsSync(CHROMIUM) && existsSync(FIREFOX)) return;
  console.log("installing chromium, firefox-esr");
  const apt = (...parameters) =>
    spawnSync("apt-get", parameters, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", "chromium", "firefox-esr");
}

/**
 * Shows the browser the page at "/" and resolves with the JSON that it posts to "/result".
 * @param {typeof chromium} browser
 * @param {(path: string) => { type: string, body: string | Uint8Array, headers?: object } | undefined} answer
 */
export async function resultOf(browser, answer, limit) {
  let found;
  const result = new Promise((done) => {
    found = done;
  });
  const server = createServer(async (request, response) => {
    if (request.url === "/result") {
      let text = "";
      for await (const piece of request) text += piece;
      response.end();
      found(JSON.parse(text));
      return;
    }
    const { type, body, headers } = answer(request.url) ?? {};
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "Content-Type": type, ...headers }).end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const profile = mkdtempSync(join(tmpdir(), "sansio-profile-"));
  const child = browser(`http://127.0.0.1:${server.address().port}/`, profile);
  const ended = new Promise((done) => {
    child.on("exit", done);
    child.on("error", done);
  });
  let timer;
  const late = new Promise((_, fail) => {
    child.on("error", fail);
    timer = setTimeout(fail, limit, new Error("no result in time"));
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    await ended;
    server.close();
    server.closeAllConnections();
    removeProfile(profile);
  }
}

/** Processes of a browser that was ended may write for a moment more: that is no failure of the page. */
export function removeProfile(profile) {
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  } catch (error) {
    console.log(`left behind: ${profile} (${error.code})`);
  }
}

export function chromium(url, profile) {
  const quiet = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ];
  return spawn(CHROMIUM, ["--headless", "--no-sandbox", ...quiet, `--user-data-dir=${profile}`, url], {
    stdio: "ignore",
  });
}

export function firefox(url, profile) {
  const off = [
    "datareporting.policy.dataSubmissionEnabled",
    "browser.shell.checkDefaultBrowser",
    "app.update.enabled",
    "network.captive-portal-service.enabled",
    "network.connectivity-service.enabled",
    "browser.safebrowsing.malware.enabled",
    "browser.safebrowsing.phishing.enabled",
    "extensions.update.enabled",
    "browser.aboutwelcome.enabled",
    "app.normandy.enabled",
  ];
  const lines = off.map((name) => `user_pref("${name}", false);`);
  writeFileSync(
    join(profile, "user.js"),
    `${lines.join("\n")}\nuser_pref("browser.startup.homepage_override.mstone", "ignore");\n`,
  );
  const env = { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: "1" };
  return spawn(FIREFOX, ["--headless", "--no-remote", "--profile", profile, url], { stdio: "ignore", env });
}
