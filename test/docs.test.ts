// What is written must be what is: the documents made from the code are made again and compared, and the programs in the
// README run.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillIn, generate, http2Tables, outdated } from "../build/docs.mjs";
import { arrowsOf, svg } from "../build/draw.mjs";
import { arrowsOfTable, svgOfTables } from "../build/draw-http2.mjs";
import { ENTRIES, fileName } from "../build/entries.mjs";
import { LIMIT_TABLE } from "../src/http1/options.ts";
import { ON_EVENT, ON_STATE } from "../src/http1/states.ts";
import { HTTP2_LIMIT_TABLE } from "../src/http2/options.ts";
import type { LimitTable } from "../src/shared/options.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const README = readFileSync(`${ROOT}README.md`, "utf8");

describe("documents made from the code", () => {
  let generated: Record<string, string>;
  beforeAll(async () => {
    generated = await generate();
  }, 60_000);

  it.each([
    "README.md",
    "docs/api.md",
    "docs/api-node.md",
    "docs/api-web.md",
    "docs/states.md",
    "docs/states.svg",
    "docs/http2-states.md",
    "docs/http2.md",
    "docs/http2-states.svg",
    "docs/http2-rules.md",
    "SECURITY.md",
    "docs/layers.md",
    "docs/node.md",
    "docs/web.md",
    "package.json",
  ])("%s is up to date", (path) => {
    expect(generated[path] === readFileSync(`${ROOT}${path}`, "utf8"), `${path}: npm run docs`).toBe(true);
  });

  it("finds a file that is not", () => {
    const texts = { "README.md": README, LICENSE: "x", "docs/absent.md": "" };
    expect(outdated(texts)).toEqual(["LICENSE", "docs/absent.md"]);
  });

  it("does not lose a section", () => {
    expect(() => fillIn("<!-- a -->", { a: "text" })).toThrow("there is no <!-- a -->");
    expect(fillIn("x <!-- a -->old<!-- /a --> y", { a: "new" })).toBe("x <!-- a -->\nnew\n<!-- /a --> y");
  });
});

describe("the API reference", () => {
  const pages = Object.fromEntries(["api", "api-node", "api-web"].map((page) => [page, pageOf(page)]));
  const pure = ENTRIES.filter(({ hasEffects }) => !hasEffects);

  it.each(pure.map(fileName))("has every name of dist/%s.d.ts", (file) => {
    const types = readFileSync(`${ROOT}dist/${file}.d.ts`, "utf8");
    const lists = Array.from(types.matchAll(/^export (?:type )?\{(.*?)\}/gms), ([, list = ""]) => list.split(","));
    const names = lists.flat().map((name) => name.replace(/^.* as /s, "").trim());
    expect(names.length).toBeGreaterThan(5);
    const { text = "" } = pages[`api-${file}`] ?? pages.api ?? {};
    const isThere = (name: string) => new RegExp(`^### ${name}(\\(\\))?$|\\[\`${name}\`\\]\\(`, "m").test(text);
    expect(names.filter((name) => !isThere(name))).toEqual([]);
  });

  it.each(Object.keys(pages))("docs/%s.md: every link leads somewhere", (page) => {
    const links = [...(pages[page]?.text ?? "").matchAll(/\]\((?:([\w-]+)\.md)?#([^)]+)\)/g)];
    expect(links.length).toBeGreaterThan(50);
    const broken = links.filter(([, to = page, anchor = ""]) => !pages[to]?.anchors.has(anchor));
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  function pageOf(page: string): { text: string; anchors: Set<string> } {
    const text = readFileSync(`${ROOT}docs/${page}.md`, "utf8").replaceAll("\\_", "_");
    const anchors = new Set(Array.from(text.matchAll(/<a id="(.*?)">/g), ([, id = ""]) => id));
    const counts = new Map<string, number>();
    for (const [, heading = ""] of text.matchAll(/^#+ (.*)$/gm)) {
      const slug = heading
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-");
      const count = counts.get(slug) ?? 0;
      counts.set(slug, count + 1);
      anchors.add(count === 0 ? slug : `${slug}-${count}`);
    }
    return { text, anchors };
  }
});

describe("the limits' docstrings, which editors show", () => {
  const tables = { http1: LIMIT_TABLE, http2: HTTP2_LIMIT_TABLE } as Record<string, LimitTable<string>>;
  it.each(Object.keys(tables))("%s: name the defaults and the ceilings", (folder) => {
    const source = readFileSync(`${ROOT}src/${folder}/options.ts`, "utf8");
    const documented = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+): number;/g);
    const docs = new Map(Array.from(documented, ([, text = "", name = ""]) => [name, text.replace(/\s+\*?\s*/g, " ")]));
    for (const [name, [initial, ceiling]] of Object.entries(tables[folder] ?? {})) {
      const most = Number.isFinite(ceiling) ? `, at most ${ceiling}` : "";
      const expected = Number.isFinite(initial) ? `Default ${initial}${most}.` : "Infinity, the default: no limit.";
      expect(docs.get(name), name).toContain(expected);
    }
  });
});

describe("the picture of the states", () => {
  it("has every cell and every rule of the tables", () => {
    for (const role of ["client", "server"] as const) {
      const labels = arrowsOf(role, ON_EVENT, ON_STATE).flatMap(({ labels: own }) => own);
      const cells = Object.values(ON_EVENT[role]).flatMap((row) => Object.keys(row));
      expect(labels).toHaveLength(cells.length + ON_STATE.filter(({ then }) => role in then).length);
    }
  });

  it("changes when a cell changes, and asks for a place for a new arrow", () => {
    const server = { ...ON_EVENT.server, done: { "connection-closed": "error" } };
    expect(() => svg({ ...ON_EVENT, server }, ON_STATE)).toThrow('no place for "done > error"');
    const { "body-declined": _, ...rest } = ON_EVENT.client["send-body"] ?? {};
    const client = { ...ON_EVENT.client, "send-body": rest };
    expect(() => svg({ ...ON_EVENT, client }, ON_STATE)).toThrow("no arrow send-body > closed any more");
  });
});

describe("the picture of HTTP/2's states", () => {
  it("has every cell of the tables", () => {
    const picture = svgOfTables(http2Tables());
    for (const table of Object.values(http2Tables())) {
      const cells = Object.values(table).flatMap((row) => Object.keys(row as object));
      expect(arrowsOfTable(table).flatMap(({ labels }) => labels)).toHaveLength(cells.length);
      for (const cell of cells) expect(picture).toContain(`>${cell}</tspan>`);
    }
  });

  it("asks for a place for a new state, and tells of an arrow that is gone", () => {
    expect(() => svgOfTables({ message: { head: { request: "limbo" } } })).toThrow('no place for "limbo"');
    expect(() => svgOfTables({ stream: { idle: {} } })).toThrow("any more");
  });
});

describe("the server in the README", () => {
  const folder = `${ROOT}build/out/readme`;
  let server: Server;

  beforeAll(async () => {
    const program = /```js\n(import \{ createServer \}.*?)```/s.exec(README)?.[1];
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/server.mjs`, program ?? "");
    ({ server } = await import(/* @vite-ignore */ `${folder}/server.mjs`));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });

  afterAll(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("answers and keeps the connection, and refuses what is malformed", async () => {
    const { port } = server.address() as AddressInfo;
    expect(await ask(port, { headers: {} })).toEqual([200, "Hello!\n"]);
    expect(await ask(port, { method: "POST", headers: { "Transfer-Encoding": "chunked" } }, "body")).toEqual([
      200,
      "Hello!\n",
    ]);
    expect(await ask(port, { headers: { Host: "a b" } })).toEqual([400, ""]);
  });
});

describe.each(["web", "node"])("the programs in docs/%s.md", (page) => {
  const folder = `${ROOT}build/out/docs-${page}`;
  const text = readFileSync(`${ROOT}docs/${page}.md`, "utf8");
  const programs = [...text.matchAll(/```js\n(.*?)```\n\n```text\n(.*?)```/gs)].map(([, code, output]) => ({
    code: code ?? "",
    output: output ?? "",
  }));
  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("are there", () => {
    const examples = text.match(/<!-- (?:reverse-proxy) -->/g)?.length ?? 0;
    expect(programs.length).toBe((text.match(/```js/g)?.length ?? 0) - examples);
    expect(programs.length).toBeGreaterThan(1);
  });

  it.each(programs)(
    "print what they are said to: $output",
    async ({ code, output }) => {
      const file = `${folder}/program-${programs.findIndex((program) => program.code === code)}.mjs`;
      writeFileSync(file, code);
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 50_000 });
      expect([stdout, stderr]).toEqual([output, ""]);
    },
    60_000,
  );
});

it("docs/layers.md names every example", () => {
  const layers = readFileSync(`${ROOT}docs/layers.md`, "utf8");
  const parts = ["certificate.mjs", "greeting.mjs", "handlers.mjs", "loop.mjs", "page.mjs"];
  const examples = readdirSync(`${ROOT}examples`).filter((name) => !parts.includes(name));
  expect(examples.filter((name) => !layers.includes(`(../examples/${name})`))).toEqual([]);
});

it("the README's path of a byte names files that are there", () => {
  const rows = README.slice(README.indexOf("The files it comes through")).matchAll(/^\| \w+ \| (.+) \| (.+) \|$/gm);
  const named = [...rows].flatMap(([, ...cells]) =>
    cells.flatMap((cell, at) => [...cell.matchAll(/`([\w-]+\.ts)`/g)].map(([, file]) => `src/http${at + 1}/${file}`)),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(`${ROOT}${file}`))).toEqual([]);
});

function ask(port: number, options: object, body?: string): Promise<[number | undefined, string]> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: "127.0.0.1", agent: false, ...options }, (response) => {
      let text = "";
      response.on("data", (piece) => {
        text += piece;
      });
      response.on("end", () => resolve([response.statusCode, text]));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}
