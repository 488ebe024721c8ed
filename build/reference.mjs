// The API reference: a page for each of the entries below, from the docstrings of what they export. TypeDoc reads the
// sources once for all pages, which takes as long as for a single one.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/**
 * page: its name in docs/; source: the file under src/. A name that several entries export is described on the first
 * page, and the others link to it. `sansio` exports all that `/http1`, `/http2`, `/hpack` and `/http-parser-js` do.
 */
const PAGES = [
  { page: "api", entry: "sansio", source: "index" },
  { page: "api-web", entry: "sansio/web", source: "adapters/web/index" },
  { page: "api-node", entry: "sansio/node", source: "adapters/node/index" },
];

const OPTIONS = {
  entryPoints: PAGES.map(({ source }) => join(ROOT, `src/${source}.ts`)),
  tsconfig: join(ROOT, "src/tsconfig.json"),
  plugin: ["typedoc-plugin-markdown"],
  readme: "none",
  name: "sansio",
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  // What is protected is for the two kinds of connections of the adapters.
  excludeProtected: true,
  excludeExternals: true,
  hideGenerator: true,
  sort: ["source-order"],
  sortEntryPoints: false,
  logLevel: "Warn",
  validation: { notExported: true, invalidLink: true, notDocumented: false },
  // These are the tables themselves: README.md and docs/http2.md print the errors, `withNamedTypes` the states.
  intentionallyNotExported: ["STATES", "COMMON_ERRORS", "HTTP1_ERRORS", "HTTP2_ERRORS", "ErrorDetail"],
  // one page for each entry
  router: "module",
  entryFileName: "pages",
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: "table",
  propertiesFormat: "table",
  propertyMembersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeDeclarationFormat: "table",
  tableColumnSettings: { hideDefaults: true, hideInherited: true, hideModifiers: true, hideOverrides: true },
};

/**
 * Returns the pages, path -> contents.
 * @param names the error codes and states, which are derived from tables
 */
export async function reference(names) {
  const { Application } = await import("typedoc");
  const folder = mkdtempSync(join(tmpdir(), "sansio-docs-"));
  try {
    const application = await Application.bootstrapWithPlugins(OPTIONS);
    const project = await application.convert();
    if (!project) throw new Error("TypeDoc cannot read the sources");
    // A module's name becomes that of its page.
    for (const [index, { page }] of PAGES.entries()) project.children[index].name = page;
    application.validate(project);
    await application.outputs.writeOutput({ name: "markdown", path: folder }, project);
    if (application.logger.hasErrors() || application.logger.hasWarnings())
      throw new Error("TypeDoc has warnings: see above");
    const read = ({ page }) => readFileSync(join(folder, `${page}.md`), "utf8");
    return Object.fromEntries(PAGES.map((each) => [`docs/${each.page}.md`, pageText(each, read(each), names)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pageText({ page, entry }, text, names) {
  const titled = text.replace(/^# .*$/m, `# ${entry}`);
  const named = page === "api" ? withNamedTypes(withoutHiddenParents(titled), names) : titled;
  return `<!-- Made by \`npm run docs\` from the docstrings in src/. -->\n\n${withOneList(named).trim()}\n`;
}

/** Puts the names that another page describes into one list. TypeDoc gives each a heading. */
function withOneList(text) {
  const [own, others] = text.split("\n## References\n");
  if (others === undefined) return own;
  const links = Array.from(
    others.matchAll(/^Re-exports \[(.*?)\]\((.*?)\)$/gm),
    ([, name, to]) => `[\`${name}\`](${to})`,
  );
  return `${own}\n## Described elsewhere\n\n${links.join(",\n")}\n`;
}

/** Removes mentions of a parent class that users do not see. */
function withoutHiddenParents(text) {
  return text.replace(/^#{4,6} (Extends|Overrides|Inherited from)\n\n(- )?`ClientConnection(\.\w+)?`\n\n/gm, "");
}

/**
 * Fixes types that are derived from tables: puts their names where TypeDoc lists all members, and their members where
 * it has only a name.
 */
function withNamedTypes(text, names) {
  const codes = names.codes.map((code) => `"${code}"`);
  const states = names.states.map((state) => `"${state}"`);
  const inCells = (members) => members.map((member) => `\\| \`${member}\``).join(" ");
  const inLines = (members) => members.map((member) => `  \\| \`${member}\``).join("\n");
  const inCode = (members) => `\n${members.map((member) => `  | ${member}`).join("\n")};`;
  return text
    .replaceAll(inCells(codes), "[`ErrorCode`](#errorcode)")
    .replaceAll(inCells(states), "[`State`](#state)")
    .replaceAll(inLines(states), "[`State`](#state)")
    .replaceAll(inCode(states), "State;")
    .replace(/ \n( {2}\| keyof typeof \w+_ERRORS\n?)+;/, inCode(codes))
    .replaceAll(" typeof STATES[number];", inCode(states));
}
