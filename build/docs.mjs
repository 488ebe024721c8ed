// Generates documents from the code: `npm run docs` writes them, `--check` compares them (as test/docs.test.ts does).
//   docs/api*.md         from the docstrings of what the entries export (build/reference.mjs)
//   docs/states.md       the tables of src/http1/states.ts, in words, as Mermaid and as docs/states.svg
//   docs/http2-states.md the same for src/http2/stream-states.ts and connection-states.ts
//   docs/http2-rules.md  every MUST of RFC 9113 and RFC 7541 with its tests (test/http2/rules)
//   package.json         exports and sideEffects, from build/entries.mjs
// and the text between <!-- name --> and <!-- /name -->:
//   README.md, docs/http2.md     errors, limits, leniencies; an example with its output
//   SECURITY.md                  limits, timeouts, and the table in test/security/cves.ts
//   docs/layers.md, node.md, web.md  examples, and the timeouts of the adapters
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { arrowsOf, mermaid, svg } from "./draw.mjs";
import { mermaidOfTable, svgOfTables } from "./draw-http2.mjs";
import { packageExports, sideEffects } from "./entries.mjs";
import { reference } from "./reference.mjs";

const ROOT = resolve(import.meta.dirname, "..");

/** Returns every generated text, path -> contents. Writes nothing. */
export async function generate() {
  const { ON_EVENT, ON_STATE } = load("src/http1/states.ts");
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  return {
    ...(await reference({ codes: allErrors().map(({ code }) => code), states: load("src/http1/states.ts").STATES })),
    "docs/states.md": statesText(ON_EVENT, ON_STATE),
    "docs/states.svg": svg(ON_EVENT, ON_STATE),
    "docs/http2-states.md": http2StatesText(),
    "docs/http2-states.svg": svgOfTables(http2Tables()),
    "docs/http2-rules.md": rulesText(load("test/http2/rules/index.ts").RULES),
    "README.md": fillIn(readme, readmeSections()),
    "docs/http2.md": fillIn(readFileSync(join(ROOT, "docs/http2.md"), "utf8"), http2Sections()),
    "SECURITY.md": fillIn(readFileSync(join(ROOT, "SECURITY.md"), "utf8"), securitySections()),
    "docs/layers.md": fillIn(readFileSync(join(ROOT, "docs/layers.md"), "utf8"), { loop: source("loop") }),
    "docs/node.md": fillIn(readFileSync(join(ROOT, "docs/node.md"), "utf8"), {
      "reverse-proxy": source("reverse-proxy"),
    }),
    "docs/web.md": fillIn(readFileSync(join(ROOT, "docs/web.md"), "utf8"), webSections()),
    "package.json": packageText(),
  };
}

/** Returns the paths whose file differs from what the code gives. */
export function outdated(generated) {
  return Object.entries(generated)
    .filter(([path, text]) => !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), "utf8") !== text)
    .map(([path]) => path);
}

function packageText() {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return `${JSON.stringify({ ...manifest, exports: packageExports(), sideEffects: sideEffects() }, null, 2)}\n`;
}

// --- README ------------------------------------------------------------------------------------------------------

function readmeSections() {
  const { LIMIT_TABLE, leniencyRows } = load("src/http1/options.ts");
  const { LIMIT_NOTES, LENIENCY_NOTES } = load("src/http1/option-notes.ts");
  const { COMMON_ERRORS, HTTP1_ERRORS } = load("src/shared/error-codes.ts");
  return {
    errors: table(["code", "hint", "text"], errorRows(COMMON_ERRORS, HTTP1_ERRORS).map(errorCells)),
    limits: limitTable(LIMIT_TABLE, LIMIT_NOTES),
    leniencies: leniencyTable(leniencyRows(), LENIENCY_NOTES),
    "two-ends": program("two-ends"),
  };
}

function http2Sections() {
  const { HTTP2_LIMIT_TABLE } = load("src/http2/options.ts");
  const { HTTP2_LIMIT_NOTES } = load("src/http2/option-notes.ts");
  const { COMMON_ERRORS, HTTP2_ERRORS } = load("src/shared/error-codes.ts");
  const ofBoth = errorRows(COMMON_ERRORS).filter(({ http2Code }) => http2Code !== "PROTOCOL_ERROR");
  return {
    "two-ends-http2": program("two-ends-http2"),
    "http2-limits": limitTable(HTTP2_LIMIT_TABLE, HTTP2_LIMIT_NOTES),
    "http2-codes": table(
      ["code", "hint", "text", "HTTP/2's code"],
      [...ofBoth, ...errorRows(HTTP2_ERRORS)].map((row) => [...errorCells(row), row.http2Code]),
    ),
  };
}

function securitySections() {
  const { LIMIT_TABLE } = load("src/http1/options.ts");
  const { LIMIT_NOTES } = load("src/http1/option-notes.ts");
  const { HTTP2_LIMIT_TABLE } = load("src/http2/options.ts");
  const { HTTP2_LIMIT_NOTES } = load("src/http2/option-notes.ts");
  const { DEFAULT_TIMEOUTS } = load("src/adapters/session/service.ts");
  const defaults = (heading, limits, notes) =>
    table(
      [heading, "default", "counts"],
      Object.entries(limits).map(([name, [value]]) => [`\`${name}\``, count(value, "off"), cell(notes[name][0])]),
    );
  const times = Object.entries(DEFAULT_TIMEOUTS).map(([name, value]) => [`\`${name}\``, String(value)]);
  return {
    "security-http1": defaults("HTTP/1.1", LIMIT_TABLE, LIMIT_NOTES),
    "security-http2": defaults("HTTP/2", HTTP2_LIMIT_TABLE, HTTP2_LIMIT_NOTES),
    cves: cveTable(),
    "security-timeouts": table(["`timeouts.`", "milliseconds"], times),
  };
}

function webSections() {
  return {
    "timeouts-server": timeoutTable("src/adapters/session/service.ts", "Timeouts", "DEFAULT_TIMEOUTS"),
    "timeouts-client": timeoutTable("src/adapters/session/client-settings.ts", "ClientTimeouts", "CLIENT_TIMEOUTS"),
  };
}

/**
 * Returns a table of an interface's members with their docstrings, and the defaults from a constant in the same file.
 */
function timeoutTable(file, type, constant) {
  const tree = ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.Latest, true);
  const isOf = (name) => (node) => node.name?.text === name || node.declarationList?.declarations[0].name.text === name;
  const { members } = tree.statements.find(isOf(type));
  const { initializer } = tree.statements.find(isOf(constant)).declarationList.declarations[0];
  const defaults = new Map(initializer.properties.map(({ name, initializer: value }) => [name.text, value.getText()]));
  const rows = members.map((member) => [
    `\`${member.name.text}\``,
    defaults.get(member.name.text).replaceAll("_", ""),
    cell(member.jsDoc[0].comment),
  ]);
  return table(["`timeouts.`", "default", "what"], rows);
}

/** Replaces the text between the markers of each section. A missing marker is an error. */
export function fillIn(text, sections) {
  let filled = text;
  for (const [name, section] of Object.entries(sections)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [filled.indexOf(begin), filled.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`there is no ${begin} ... ${end}`);
    filled = `${filled.slice(0, from)}${begin}\n${section}\n${filled.slice(to)}`;
  }
  return filled;
}

function cveTable() {
  const { CVES } = load("test/security/cves.ts");
  const suites = (tests) =>
    [...new Set(tests.map(([suite]) => suite))]
      .map(
        (suite) =>
          `\`${suite}\`: ${tests
            .filter(([of]) => of === suite)
            .map(([, name]) => cell(shown(name)))
            .join("; ")}`,
      )
      .join("<br>");
  return table(
    ["class", "whose", "what", "tests"],
    CVES.map(({ ids, whose, what, tests }) => [ids.join(", "), whose, cell(what), suites(tests)]),
  );
}

/** Returns invisible octets as they are written in the tests. */
function shown(name) {
  return name.replaceAll("\t", "\\t");
}

function errorCells({ code, statusHint, text }) {
  return [`\`${code}\``, String(statusHint), cell(text)];
}

function limitTable(limits, notes) {
  return table(
    ["`limits.`", "default", "at most", "counts", "others"],
    Object.entries(limits).map(([name, [value, ceiling]]) => [
      `\`${name}\``,
      count(value, "off"),
      count(ceiling, ""),
      ...notes[name].map(cell),
    ]),
  );
}

function leniencyTable(leniencies, notes) {
  const role = (allowed) => (allowed ? "accepted" : "refused");
  return table(
    ["`allow.`", "client", "server", "what", "who needs it", "what it risks"],
    leniencies.map(({ name, client, server }) => [`\`${name}\``, role(client), role(server), ...notes[name].map(cell)]),
  );
}

/** Returns an example's source and the output of running it. */
function program(name) {
  const output = execFileSync(process.execPath, [`examples/${name}.mjs`], { cwd: ROOT, encoding: "utf8" }).trimEnd();
  return `${source(name)}\n\nIt prints:\n\n\`\`\`text\n${output}\n\`\`\``;
}

/** Returns an example's source. */
function source(name) {
  const text = readFileSync(join(ROOT, `examples/${name}.mjs`), "utf8").trimEnd();
  return `\`\`\`js\n${text}\n\`\`\``;
}

function count(value, none) {
  return value === Number.POSITIVE_INFINITY ? none : String(value);
}

function table(heads, rows) {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*").replaceAll("<", "&lt;");
}

// --- states ------------------------------------------------------------------------------------------------------

function statesText(onEvent, onState) {
  return `# The states of an HTTP/1.1 connection

Generated by \`npm run docs\` from the tables in \`src/http1/states.ts\`, which are the ones that run; a test fails when they
differ.

Each end runs both machines: \`send\` moves its own side, \`nextEvent\` the peer's. \`localState\` and \`remoteState\` are their
current states. An event without an arrow from the current state is refused: with a \`LocalProtocolError\` from \`send\`, with
a \`RemoteProtocolError\` from \`nextEvent\`. When both sides are \`done\`, \`startNextCycle()\` returns both to \`idle\`.

![Both machines](states.svg)
${["client", "server"].map((role) => sideText(role, onEvent, onState)).join("\n")}
## Rules for the joint state

They are applied from the top, repeatedly, until no row applies.

${table(
  ["when the client is", "and the server is", "and", "then"],
  onState.map(({ when, then }) => [when.client ?? "", when.server ?? "", facts(when), consequence(then)].map(mono)),
)}
`;
}

/** Returns the tables of HTTP/2, keyed by the names of their pictures. */
export function http2Tables() {
  const { ON_STREAM, ON_MESSAGE } = load("src/http2/stream-states.ts");
  const { ON_READING, ON_ENDING } = load("src/http2/connection-states.ts");
  return { stream: ON_STREAM, message: ON_MESSAGE, reading: ON_READING, ending: ON_ENDING };
}

function http2StatesText() {
  const { REFUSALS } = load("src/http2/stream-states.ts");
  const { stream, message, reading, ending } = http2Tables();
  const rows = (cells) => cells.map((row) => row.map(mono));
  return `# The states of an HTTP/2 connection

Generated by \`npm run docs\` from the tables in \`src/http2/stream-states.ts\` and \`src/http2/connection-states.ts\`, which
are the ones that run; a test fails when they differ.

![All machines](http2-states.svg)

## A stream

As in RFC 9113 5.1. A stream exists while it is neither idle nor closed; a closed one costs nothing.

${machineText(stream, ["idle"])}

A received frame without a row above is an error of this kind (sending one is a \`LocalProtocolError\`):

${table(["in", "an error of the", "code"], rows(Object.entries(REFUSALS).map(([state, { scope, code }]) => [state, scope, code])))}

For a while after a stream was reset, the connection remembers which end reset it. Frames on a stream that this end has
reset are ignored; on one that the peer has reset they are a stream error; WINDOW_UPDATE, PRIORITY and RST_STREAM may arrive
late on any closed stream.

## A message

One for each direction of a stream. END_STREAM is the end of the message.

${machineText(message, ["head"])}

## What may be received next

A server starts in \`preface\`, a client in \`settings\`.

${machineText(reading, ["preface", "settings"])}

## How the connection ends

The property \`finished\` is true in the states \`finished\` and \`terminated\`.

${machineText(ending, ["open"])}
`;
}

function machineText(cells, begin) {
  const rows = Object.entries(cells).flatMap(([from, row]) =>
    Object.entries(row).map(([trigger, to]) => [from, trigger, to].map(mono)),
  );
  return `\`\`\`mermaid\n${mermaidOfTable(cells, begin)}\n\`\`\`\n\n${table(["in", "event", "next"], rows)}`;
}

function sideText(role, onEvent, onState) {
  const arrows = arrowsOf(role, onEvent, onState).filter(({ kind }) => kind === "event");
  const rows = arrows.flatMap(({ from, to, labels }) => labels.map((label) => [from, label, to].map(mono)));
  return `
## The ${role}'s side

\`\`\`mermaid
${mermaid(role, onEvent, onState)}
\`\`\`

${table(["in", "event", "next"], rows)}
`;
}

function facts({ keepAlive, switchPending }) {
  if (keepAlive !== undefined) return keepAlive ? "keep-alive" : "no keep-alive";
  if (switchPending !== undefined) return switchPending ? "a switch is proposed" : "no switch is proposed";
  return "";
}

function consequence(then) {
  return Object.entries(then)
    .map(([role, state]) => `${role}: ${state}`)
    .join(", ");
}

function mono(text) {
  return text && `\`${text}\``;
}

// --- rules -------------------------------------------------------------------------------------------------------

function rulesText(rules) {
  const all = Object.values(rules).flat();
  const tested = all.filter(({ tests }) => tests.length > 0).length;
  return `# The rules of HTTP/2

Generated by \`npm run docs\` from \`test/http2/rules\`: every MUST and MUST NOT of RFC 9113 (HTTP/2) and RFC 7541 (HPACK) that
applies to an end of a connection, in our own words, with the names of its tests, or the reason why it cannot bind a
connection without I/O. ${tested} of ${all.length} have tests, in each role that they bind (\`test/http2/cases\`); a test
fails for any row that has neither.
${Object.entries(rules)
  .map(
    ([rfc, rows]) =>
      `\n## ${rfc}\n\n${table(["section", "binds", "rule", "tests, or why not"], rows.map(ruleCells))}\n`,
  )
  .join("")}`;
}

function ruleCells({ section, binds, rule, tests, because }) {
  return [
    section,
    binds,
    cell(rule),
    tests.length > 0 ? tests.map((name) => cell(name)).join("; ") : `— ${cell(because)}`,
  ];
}

// --- loading TypeScript ------------------------------------------------------------------------------------------

const require = createRequire(import.meta.url);
const loaded = new Map();

function allErrors() {
  const { COMMON_ERRORS, HTTP1_ERRORS, HTTP2_ERRORS } = load("src/shared/error-codes.ts");
  return errorRows(COMMON_ERRORS, HTTP1_ERRORS, HTTP2_ERRORS);
}

function errorRows(...parts) {
  return load("src/shared/errors.ts").errorRows(...parts);
}

/** Returns the exports of a source file without a build: strips the types and follows the imports. */
function load(path) {
  const file = resolve(ROOT, path);
  if (!loaded.has(file)) {
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), { compilerOptions, fileName: file });
    const module = { exports: {} };
    loaded.set(file, module);
    const follow = (name) => (name.startsWith(".") ? load(resolve(dirname(file), name)) : require(name));
    new Function("exports", "require", "module", outputText)(module.exports, follow, module);
  }
  return loaded.get(file).exports;
}

// --- command -----------------------------------------------------------------------------------------------------

if (process.argv[1] === import.meta.filename) {
  const generated = await generate();
  const paths = outdated(generated);
  if (process.argv.includes("--check")) {
    for (const path of paths) console.log(`${path} is not what the code says: npm run docs`);
    process.exitCode = paths.length === 0 ? 0 : 1;
  } else {
    for (const path of paths) {
      mkdirSync(dirname(join(ROOT, path)), { recursive: true });
      writeFileSync(join(ROOT, path), generated[path]);
      console.log(`wrote ${path}`);
    }
  }
}
