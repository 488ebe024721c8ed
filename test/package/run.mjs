// The package as its users get it: packed, installed in an empty project, used there. `npm run test:package`.
// Needs no network: the package has no dependencies, and tsc, publint and attw come from this checkout.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { KERNELS, SUITES } from "../../build/entries.mjs";
import { kernelsIn } from "./kernel-marks.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const PROGRAMS = join(import.meta.dirname, "programs");
const bin = (name) => join(ROOT, "node_modules/.bin", name);

/** What may be in the tarball: no sources, no tests, no maps to sources that are not there. */
const SHIPPED =
  /^(package\.json|README\.md|LICENSE|(CHANGELOG|SECURITY)\.md|docs\/[\w.-]+\.(md|svg)|examples\/[\w.-]+\.mjs|test\/conformance\/[\w.-]+|dist\/[\w.-]+\.(js|cjs|d\.ts|d\.cts|wasm))$/;
const EXCHANGE = "POST /echo example.com | hi | 200 OK | ok";

const folder = mkdtempSync(join(tmpdir(), "sansio-package-"));
const project = join(folder, "project");
let passed = 0;
let failed = 0;

try {
  checkAll();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function checkAll() {
  run("npm", ["run", "--silent", "build"], { cwd: ROOT });
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: ROOT }).stdout);
  const tarball = join(folder, packed.filename);
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const paths = packed.files.map(({ path }) => path);
  console.log(
    `${packed.filename}: ${paths.length} files, ${packed.size} octets packed, ${packed.unpackedSize} unpacked`,
  );

  checkContents(manifest, paths);
  install(tarball);
  checkModules();
  checkTypes();
  checkBundles();
  checkCommand();
  checkJudges(tarball);
}

// --- what is in it -----------------------------------------------------------------------------------------------

function checkContents(manifest, paths) {
  check("nothing in the tarball that should not be there", () => {
    assert.deepEqual(
      paths.filter((path) => !SHIPPED.test(path)),
      [],
    );
  });
  check("README, LICENSE, CHANGELOG, SECURITY and docs are in the tarball", () => {
    const pages = ["docs/api.md", "docs/api-node.md", "docs/api-web.md"];
    for (const path of ["README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", ...pages])
      assert(paths.includes(path), `${path} is missing`);
  });
  check("every example that the documents link to is in the tarball", () => {
    const pages = paths
      .filter((path) => /^docs\/.*\.md$/.test(path))
      .map((path) => readFileSync(join(ROOT, path), "utf8"));
    const linked = [...pages.join("").matchAll(/\]\(\.\.\/(examples\/[\w.-]+)\)/g)].map(([, path]) => path);
    assert(linked.length > 10, "the links were not found");
    assert.deepEqual(
      linked.filter((path) => !paths.includes(path)),
      [],
    );
  });
  check("every file that package.json names is in the tarball", () => {
    const named = [
      manifest.main,
      manifest.module,
      manifest.types,
      ...strings(manifest.bin),
      ...strings(manifest.exports),
    ];
    for (const path of named) assert(paths.includes(path.replace("./", "")), `${path} is missing`);
  });
  check("no runtime dependencies and no install scripts", () => {
    for (const key of ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies"]) {
      assert.equal(manifest[key], undefined, key);
    }
    for (const key of ["preinstall", "install", "postinstall"]) assert.equal(manifest.scripts[key], undefined, key);
  });
  check(
    "no path of the building machine, no import of a package, or of node:* but in the command and sansio/node",
    () => {
      for (const path of paths.filter((name) => name.startsWith("dist/"))) {
        const text = readFileSync(join(ROOT, path), "utf8");
        assert(!text.includes(ROOT), `${path} names ${ROOT}`);
        if (/\/cli\.|\.wasm$/.test(path)) continue;
        // A name, so that a kernel's text is none.
        const outside = [...text.matchAll(/\b(?:from\s*|import\s*\(?\s*|require\(\s*)["']([\w@][^"']*)["']/g)];
        assert.deepEqual(
          outside.filter((match) => !isOfNode(path, match[1])).map((match) => `${path}: ${match[1]}`),
          [],
        );
      }
    },
  );
}

/** sansio/node alone is for Node. */
function isOfNode(path, specifier) {
  return /\/node(-http)?\.[\w.-]*$/.test(path) && specifier.startsWith("node:");
}

// --- using it ----------------------------------------------------------------------------------------------------

function install(tarball) {
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true }\n');
  check("npm install, offline", () => {
    run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: project });
    assert.deepEqual(
      readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith(".")),
      ["sansio"],
    );
  });
  cpSync(join(PROGRAMS, "run.js"), join(project, "run.mjs"));
  writeFileSync(join(project, "run.cjs"), commonJs(readFileSync(join(PROGRAMS, "run.js"), "utf8")));
}

function checkModules() {
  for (const entry of ["sansio", "sansio/http1"]) {
    check(`import "${entry}"`, () => {
      const program = `import * as sansio from "${entry}"; import { exchange } from "./run.mjs"; console.log(exchange(sansio));`;
      assert.equal(node("esm.mjs", program), EXCHANGE);
    });
    check(`require("${entry}")`, () => {
      const program = `const sansio = require("${entry}"); console.log(require("./run.cjs").exchange(sansio));`;
      assert.equal(node("cjs.cjs", program), EXCHANGE);
    });
  }
  for (const entry of ["sansio", "sansio/http-parser-js"]) {
    const program = `const parser = new HTTPParser(HTTPParser.REQUEST);
      parser[HTTPParser.kOnHeadersComplete] = ({ method, url }) => console.log(methods[method], url);
      parser.execute(Buffer.from("GET /a HTTP/1.1\\r\\n\\r\\n"));`;
    check(`HTTPParser of "${entry}"`, () => {
      assert.equal(node("esm.mjs", `import { HTTPParser, methods } from "${entry}"; ${program}`), "GET /a");
      assert.equal(node("cjs.cjs", `const { HTTPParser, methods } = require("${entry}"); ${program}`), "GET /a");
      const asDefault = `import parsers from "${entry}"; const { HTTPParser, methods } = parsers; ${program}`;
      assert.equal(node("default.mjs", asDefault), "GET /a");
    });
  }
  check("import and require give the same names", () => {
    const program = `import * as esm from "sansio"; import { createRequire } from "node:module";
      const cjs = createRequire(import.meta.url)("sansio");
      console.log(JSON.stringify([Object.keys(esm).sort(), Object.keys(cjs).filter((name) => name !== "__esModule").sort()]));`;
    const [esm, cjs] = JSON.parse(node("names.mjs", program));
    assert.deepEqual(cjs, esm);
    for (const name of [
      "Http1Connection",
      "RemoteProtocolError",
      "LocalProtocolError",
      "HeaderFields",
      "NEED_DATA",
      "PAUSED",
    ]) {
      assert(esm.includes(name), `${name} is missing`);
    }
  });
  check("instanceof across the ESM and the CommonJS copy", () => {
    const program = `import * as esm from "sansio"; import { createRequire } from "node:module"; import { errors } from "./run.mjs";
      const cjs = createRequire(import.meta.url)("sansio");
      const results = {};
      for (const [from, own] of Object.entries({ esm, cjs })) for (const [to, other] of Object.entries({ esm, cjs })) {
        const { remote, local } = errors(own);
        results[from + " in " + to] = [remote instanceof other.RemoteProtocolError, remote instanceof other.LocalProtocolError,
          local instanceof other.LocalProtocolError, local instanceof other.RemoteProtocolError, remote instanceof Error];
      }
      results.strangers = [new Error("x") instanceof esm.RemoteProtocolError, {} instanceof esm.LocalProtocolError,
        null instanceof esm.RemoteProtocolError, "x" instanceof esm.RemoteProtocolError];
      results.copies = [esm.RemoteProtocolError === cjs.RemoteProtocolError];
      console.log(JSON.stringify(results));`;
    const right = [true, false, true, false, true];
    const { strangers, copies, ...results } = JSON.parse(node("instanceof.mjs", program));
    assert.deepEqual(results, { "esm in esm": right, "esm in cjs": right, "cjs in esm": right, "cjs in cjs": right });
    assert.deepEqual(strangers, [false, false, false, false]);
    assert.deepEqual(copies, [false], "the two copies are one and the same: this test shows nothing");
  });
  check('import "sansio/package.json"', () => {
    assert.match(node("json.cjs", 'console.log(require("sansio/package.json").version);'), /^\d+\.\d+\.\d+/);
  });
  check("nothing else can be imported", () => {
    const program = 'try { require("sansio/dist/index.js"); } catch (error) { console.log(error.code); }';
    assert.equal(node("inner.cjs", program), "ERR_PACKAGE_PATH_NOT_EXPORTED");
  });
}

function checkTypes() {
  const program = readFileSync(join(PROGRAMS, "use.ts"), "utf8");
  const dropIn = readFileSync(join(PROGRAMS, "drop-in.ts"), "utf8");
  const compile = (name, files, options) =>
    check(`types: ${name}`, () => {
      const own = join(project, name.replaceAll(/\W+/g, "-"));
      mkdirSync(own);
      for (const [file, text] of Object.entries(files)) writeFileSync(join(own, file), text);
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
        types: [],
      };
      writeFileSync(
        join(own, "tsconfig.json"),
        JSON.stringify({ compilerOptions: { ...compilerOptions, target: "es2022", ...options }, include: ["*"] }),
      );
      run(bin("tsc"), ["--project", own], { cwd: project });
    });
  const both = { "esm.mts": program, "cjs.cts": program, "drop-in.mts": dropIn, "drop-in.cts": dropIn };
  const required =
    'import sansio = require("sansio");\nexport const c: sansio.Http1Connection = new sansio.Http1Connection("server");\n';
  compile(
    "node16, ESM and CommonJS files",
    { ...both, "required.cts": required },
    { module: "node16", moduleResolution: "node16" },
  );
  compile("nodenext", both, { module: "nodenext", moduleResolution: "nodenext" });
  compile("bundler", { "use.ts": program, "drop-in.ts": dropIn }, { module: "esnext", moduleResolution: "bundler" });
  compile(
    "bundler without DOM",
    { "use.ts": program },
    { module: "esnext", moduleResolution: "bundler", lib: ["es2022"] },
  );
  // The streams of the DOM and those of @types/node are types that do not accept each other.
  const adapters = { "use-node.mts": readFileSync(join(PROGRAMS, "use-node.ts"), "utf8") };
  const withNode = { types: ["node"], typeRoots: [join(ROOT, "node_modules/@types")], module: "nodenext" };
  compile("adapters, with @types/node", adapters, { ...withNode, lib: ["es2023"] });
  compile("adapters, with @types/node and DOM", adapters, { ...withNode, lib: ["es2023", "dom", "dom.iterable"] });
}

function checkBundles() {
  const entry = join(project, "entry.mjs");
  const bundled = (source, format) => {
    writeFileSync(entry, source);
    const out = join(project, format === "cjs" ? "bundle.cjs" : "bundle.mjs");
    run(bin("rolldown"), [entry, "--file", out, "--format", format, "--minify"], { cwd: project });
    return out;
  };
  const program = (name) =>
    `import * as sansio from "${name}"; import { exchange } from "./run.mjs"; console.log(exchange(sansio));`;
  for (const format of ["esm", "cjs"]) {
    check(`a bundle runs: ${format}`, () => {
      const out = bundled(program("sansio"), format);
      assert.equal(execFileSync(process.execPath, [out], { encoding: "utf8" }).trim(), EXCHANGE);
    });
  }
  check("importing HTTP/1.1 does not pull HTTP/2, and the other way round", () => {
    const text = (source) => readFileSync(bundled(source, "esm"), "utf8");
    for (const name of ["sansio", "sansio/http1"]) {
      const one = text(
        `import { Http1Connection } from "${name}"; console.log(new Http1Connection("server").localState);`,
      );
      assert.deepEqual(kernelsIn(one), ["http1"], `${name}: the other kernel is in the bundle`);
    }
    const two = text('import { Http2Connection } from "sansio"; console.log(new Http2Connection("server").role);');
    assert.deepEqual(kernelsIn(two), ["http2"], "HTTP/1.1's kernel is in the bundle");
  });
}

function checkCommand() {
  check("an example runs where it was installed", () => {
    const { status, stdout, stderr } = spawn("node", ["node_modules/sansio/examples/two-ends.mjs"], { cwd: project });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /client sees {2}end-of-message/);
  });
  const input = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
  const sansio = (parameters, stdin) =>
    spawn("npx", ["--offline", "sansio", ...parameters], { cwd: project, input: stdin });
  writeFileSync(join(project, "good.bin"), input);
  writeFileSync(join(project, "bad.bin"), "GET /a HTTP/1.1\r\nHost : a\r\n\r\n");
  const request = (stdout) => {
    const [first] = stdout.trim().split("\n");
    const { type, method, target, offset, headers } = JSON.parse(first);
    assert.deepEqual({ type, method, target, offset }, { type: "request", method: "GET", target: "/a", offset: 0 });
    assert.deepEqual(headers, [["Host", "a"]]);
  };
  check("npx sansio decode FILE", () => {
    const { status, stdout, stderr } = sansio(["decode", "--json", "good.bin"]);
    assert.equal(status, 0, stderr);
    request(stdout);
  });
  check("npx sansio decode, standard input", () => {
    const { status, stdout, stderr } = sansio(["decode", "--json"], input);
    assert.equal(status, 0, stderr);
    request(stdout);
  });
  check("npx sansio decode, as text", () => {
    const { status, stdout } = sansio(["decode", "good.bin"]);
    assert.equal(status, 0);
    assert.match(stdout, /GET \/a/);
  });
  check("npx sansio decode: exit 1 and the error last on a protocol error", () => {
    const { status, stdout } = sansio(["decode", "--json", "bad.bin"]);
    assert.equal(status, 1);
    const { type, code, statusHint, offset } = JSON.parse(stdout.trim().split("\n").at(-1));
    assert.deepEqual(
      { type, code, statusHint, offset },
      { type: "error", code: "BAD_FIELD_NAME", statusHint: 400, offset: 21 },
    );
  });
  check("npx sansio decode: exit 2 on wrong usage", () => {
    assert.equal(sansio(["decode", "--role", "proxy", "good.bin"]).status, 2);
    assert.equal(sansio(["decode", "absent.bin"]).status, 2);
    assert.equal(sansio(["unknown"]).status, 2);
  });
}

function checkJudges(tarball) {
  check("publint", () => {
    run(bin("publint"), ["run", tarball, "--strict"], { cwd: folder });
  });
  check("attw", () => {
    const noTypes = [
      "./package.json",
      ...SUITES.map((name) => `./conformance/${name}.json`),
      ...KERNELS.map(({ name }) => `./${name}.wasm`),
    ];
    run(bin("attw"), [tarball, "--profile", "node16", "--exclude-entrypoints", ...noTypes], { cwd: folder });
  });
}

// --- tools -------------------------------------------------------------------------------------------------------

function check(name, test) {
  try {
    test();
    passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${String(error.message).replaceAll(/^/gm, "        ")}`);
  }
}

function spawn(command, parameters, options) {
  return spawnSync(command, parameters, { encoding: "utf8", maxBuffer: 1 << 26, timeout: 120_000, ...options });
}

function run(command, parameters, options) {
  const result = spawn(command, parameters, options);
  assert.equal(
    result.status,
    0,
    `${command} ${parameters.join(" ")}\n${result.error ?? ""}${result.stdout}${result.stderr}`,
  );
  return result;
}

/** Writes a program into the project, runs it there, returns what it printed. */
function node(name, program) {
  writeFileSync(join(project, name), program);
  return execFileSync(process.execPath, [name], { cwd: project, encoding: "utf8" }).trim();
}

function strings(value) {
  if (typeof value === "string") return [value];
  return Object.values(value ?? {}).flatMap(strings);
}

function commonJs(text) {
  return text.replaceAll(/export function (\w+)/g, "exports.$1 = $1;\nfunction $1");
}
