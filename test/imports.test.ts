// The law of the house as a test: who may import whom, and no I/O in the core. A fault is told with its file and line.
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;

/** What each layer may import besides itself. Nothing points up or sideways. "" holds the entries: src/index.ts, ... */
const MAY_IMPORT: Record<string, readonly string[]> = {
  shared: [],
  wasm: ["shared"],
  http1: ["wasm", "shared"],
  http2: ["wasm", "shared"],
  compat: ["http1", "wasm", "shared"],
  adapters: ["compat", "http1", "http2", "shared"],
  cli: ["", "adapters", "compat", "http1", "http2", "shared"],
  "": ["compat", "http1", "http2", "wasm", "shared"],
};

/** At the bottom: what asc and tsc both compile, constants only, known to the core and to compat. The compiled kernel is the bridge's alone. */
const OF_THE_KERNEL = /^assembly\/(layout|layout-http2|names|static-table)$/;
const OF_THE_BRIDGE = /^build\/out\/[\w.-]+$/;

const CORE: readonly string[] = ["http1", "http2", "wasm", "shared"];

/** Names that mean I/O, time, chance or waiting. */
const NOT_IN_THE_CORE = new Set(
  (
    "setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask requestAnimationFrame " +
    "Date performance process crypto require fetch console Promise Worker MessageChannel global window self"
  ).split(" "),
);

/** All faults of one file, as "file:line what". The path is relative to the repository. */
function faultsOf(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const layer = layerOf(file);
  const isCore = CORE.includes(layer ?? "none");
  const own = declaredIn(source);
  const faults: string[] = [];
  const report = (node: ts.Node, what: string) =>
    faults.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${what}`);

  const visit = (node: ts.Node): void => {
    const specifier = importedBy(node);
    if (specifier !== undefined) {
      const fault = importFault(file, specifier);
      if (fault) report(node, `imports ${specifier}: ${fault}`);
    }
    if (isCore) {
      const name = forbiddenName(node, layer);
      if (name && !own.has(name)) report(node, `names ${name}: the core does no I/O`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

/** The text of a static or dynamic import, an export from, an import type, or a require. */
function importedBy(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined;
  if (ts.isExternalModuleReference(node)) return textOf(node.expression);
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === "require";
  if (!isImport && !isRequire) return undefined;
  return textOf(node.arguments[0]) ?? "something computed";
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function importFault(file: string, specifier: string): string | undefined {
  const layer = layerOf(file);
  if (!specifier.startsWith(".")) {
    if (layer === undefined) return "the kernel imports its own files only";
    return CORE.includes(layer) || layer === "" || layer === "compat" ? "no package and no node:* here" : undefined;
  }
  const target = posix.join(posix.dirname(file), specifier).replace(/\.(ts|js|mjs)$/, "");
  if (layer === undefined) {
    if (/^assembly\/layout/.test(file)) return "the map imports nothing";
    return target.startsWith("assembly/") ? undefined : "the kernel imports its own files only";
  }
  const there = layerOf(`${target}.ts`);
  if (there === undefined) {
    if ((CORE.includes(layer) || layer === "compat") && OF_THE_KERNEL.test(target)) return undefined;
    if (layer === "wasm" && OF_THE_BRIDGE.test(target)) return undefined;
    return "of the kernel only its constants are known, and its bytes to src/wasm";
  }
  const isAllowed = there === layer || MAY_IMPORT[layer]?.includes(there);
  return isAllowed ? undefined : `${layer || "an entry"} may not import ${there || "an entry"}`;
}

function forbiddenName(node: ts.Node, layer: string | undefined): string | undefined {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return "async";
  if (node.kind === ts.SyntaxKind.AwaitKeyword || ts.isAwaitExpression(node)) return "await";
  if (ts.isMetaProperty(node)) return "import.meta";
  if (!ts.isIdentifier(node) || isOnlyALabel(node)) return undefined;
  if (node.text === "globalThis") return layer === "wasm" ? undefined : "globalThis";
  if (node.text === "Math" && ts.isPropertyAccessExpression(node.parent) && node.parent.name.text === "random") {
    return "Math.random";
  }
  return NOT_IN_THE_CORE.has(node.text) ? node.text : undefined;
}

/** Names of the file's own variables, parameters and functions: a local `window` is none of the browser's. */
function declaredIn(source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isDeclaration = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isFunctionDeclaration(node);
    if (isDeclaration && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

/** `x.Date`, `{ Date: 1 }` and members called `process` name nothing outside. */
function isOnlyALabel(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isGetAccessor(parent)) &&
    parent.name === node
  );
}

/** The folder under src/, "" for the entries beside them, undefined outside of src/. */
function layerOf(file: string): string | undefined {
  const [top, folder, rest] = file.split("/");
  if (top !== "src") return undefined;
  return rest === undefined ? "" : folder;
}

const filesOf = (folder: string) =>
  readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => `${folder}/${name}`);

describe("the import rule and the no-I/O rule", () => {
  it.each([...filesOf("src"), ...filesOf("assembly")])("%s", (file) => {
    expect(faultsOf(file, readFileSync(`${ROOT}${file}`, "utf8"))).toEqual([]);
  });

  it("knows every folder of src/", () => {
    const folders = readdirSync(`${ROOT}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !(name in MAY_IMPORT))).toEqual([]);
  });
});

describe("planted faults are found", () => {
  it.each([
    ["src/shared/a.ts", 'import { x } from "../http1/states.ts";', "shared may not import http1"],
    ["src/http1/a.ts", 'import { x } from "../http2/frames.ts";', "http1 may not import http2"],
    ["src/http1/a.ts", 'import type { X } from "../adapters/net.ts";', "http1 may not import adapters"],
    ["src/http1/a.ts", 'export * from "../index.ts";', "http1 may not import an entry"],
    ["src/cli/a.ts", 'import { END } from "../../assembly/layout.ts";', "only its constants are known"],
    ["src/http1/a.ts", 'import { bytes } from "../../build/out/http1-wasm.ts";', "only its constants are known"],
    ["src/wasm/a.ts", 'import { scanHead } from "../../assembly/index.ts";', "only its constants are known"],
    ["src/wasm/a.ts", 'import { x } from "../http1/events.ts";', "wasm may not import http1"],
    ["src/wasm/a.ts", 'import { readFileSync } from "node:fs";', "no package and no node:* here"],
    ["src/compat/a.ts", 'import { EventEmitter } from "events";', "no package and no node:* here"],
    ["src/index.ts", 'import "./cli/main.ts";', "an entry may not import cli"],
    ["src/http1/a.ts", 'const net = require("net");', "imports net"],
    ["src/http1/a.ts", 'const net = import("node:net");', "imports node:net"],
    ["src/http1/a.ts", 'let x: import("node:net").Socket;', "imports node:net"],
    ["src/http1/a.ts", "const f = import(name);", "imports something computed"],
    ["assembly/head.ts", 'import { x } from "../src/wasm/kernel";', "the kernel imports its own files only"],
    ["assembly/layout.ts", 'import { x } from "./bytes";', "the map imports nothing"],
    ["src/http1/a.ts", "setTimeout(() => 0, 1);", "names setTimeout"],
    ["src/http1/a.ts", "const now = Date.now();", "names Date"],
    ["src/http1/a.ts", "const x = new Date();", "names Date"],
    ["src/http1/a.ts", "const x = Math.random();", "names Math.random"],
    ["src/http1/a.ts", "const x = process.env.X;", "names process"],
    ["src/http1/a.ts", "const f = async () => 1;", "names async"],
    ["src/http1/a.ts", "export async function f() {}", "names async"],
    ["src/http1/a.ts", "class C { async m() {} }", "names async"],
    ["src/http1/a.ts", "const f = () => globalThis.setTimeout;", "names globalThis"],
    ["src/shared/a.ts", "queueMicrotask(f);", "names queueMicrotask"],
    ["src/shared/a.ts", "const x = { Date };", "names Date"],
    ["src/shared/a.ts", "let x: Promise<void>;", "names Promise"],
  ])("%s: %s", (file, text, fault) => {
    const faults = faultsOf(file, `// a comment\n${text}\n`);
    expect(faults.join("\n")).toContain(`${file}:2 `);
    expect(faults.join("\n")).toContain(fault);
  });
});

describe("what is allowed is not a fault", () => {
  it.each([
    ["src/http1/a.ts", 'import { kernel } from "../wasm/kernel.ts"; import { x } from "../shared/errors.ts";'],
    ["src/http1/a.ts", 'import { x } from "./states.ts";'],
    [
      "src/http1/a.ts",
      'import { END } from "../../assembly/layout.ts"; const window = 1; const f = (self: number) => self + window;',
    ],
    ["src/wasm/a.ts", 'import { END } from "../../assembly/layout.ts"; const x = globalThis.Buffer;'],
    ["src/wasm/module.ts", 'import { bytes } from "../../build/out/http1-wasm.ts";'],
    ["src/cli/main.ts", 'import { readFileSync } from "node:fs"; const f = async () => new Date();'],
    ["src/http1/a.ts", "// setTimeout, Date, process: node:net\nconst x = 'async Date process'; const y = x.process;"],
    ["src/http1/a.ts", 'const x = { "date": 1, process: 2 }; Math.max(1, 2);'],
    ["assembly/index.ts", 'import { x } from "./bytes";'],
  ])("%s: %s", (file, text) => {
    expect(faultsOf(file, text)).toEqual([]);
  });
});
