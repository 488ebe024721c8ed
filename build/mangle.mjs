// Shortens the names of members that no user can see in the shipped code: a bundle gets 5 % smaller, since no minifier
// may rename members by itself. The sources and types tell which members qualify: those declared by classes of the core
// and the sessions, except names that are public, that a runtime uses, or that occur anywhere as a string.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** Sources whose classes are considered. Members declared elsewhere keep their names, which may belong to some API. */
const OWN = /^src\/(shared|wasm|http1|http2|adapters\/(session|web))\//;

/** Returns the names to replace with their short names; the more often a name occurs in the sources, the shorter. */
export function shortNames(sources, types) {
  const own = new Set();
  const kept = new Set();
  const uses = new Map();
  for (const { path, text } of sources) {
    visit(path, text, (node) => {
      if (ts.isStringLiteralLike(node)) kept.add(node.text);
      if (ts.isIdentifier(node)) uses.set(node.text, (uses.get(node.text) ?? 0) + 1);
      const name = memberName(node);
      if (name === undefined) return;
      if (!OWN.test(path)) kept.add(name);
      else if (ts.isClassLike(node.parent)) own.add(name);
      // Names that a kernel exports or that a runtime defines.
      else if (path.startsWith("src/wasm/")) kept.add(name);
    });
  }
  for (const { path, text } of types) {
    visit(path, text, (node) => {
      const name = memberName(node);
      if (name !== undefined && !isPrivate(node)) kept.add(name);
    });
  }
  const names = [...own].filter((name) => !kept.has(name)).sort();
  names.sort((a, b) => uses.get(b) - uses.get(a));
  return new Map(names.map((name, index) => [name, `$${index.toString(36)}`]));
}

/** Returns the name of the member that this node declares, if it declares one. */
function memberName(node) {
  const isMember = ts.isClassElement(node) || ts.isTypeElement(node);
  if (isMember && node.name !== undefined && ts.isIdentifier(node.name)) return node.name.text;
  return undefined;
}

function isPrivate(node) {
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;
}

function visit(path, text, look) {
  const walk = (node) => {
    look(node);
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
}

/** Returns the module with these members renamed and nothing else changed. */
export function renamed(path, text, names) {
  const edits = [];
  visit(path, text, (node) => {
    if (!ts.isIdentifier(node) || !names.has(node.text)) return;
    const { parent } = node;
    const short = names.get(node.text);
    // { name } means { name: name }, in a literal and in a pattern.
    const isShorthand =
      (ts.isShorthandPropertyAssignment(parent) && parent.name === node) ||
      (ts.isBindingElement(parent) &&
        parent.name === node &&
        parent.propertyName === undefined &&
        ts.isObjectBindingPattern(parent.parent) &&
        parent.dotDotDotToken === undefined);
    if (isShorthand) edits.push([node.getStart(), node.getStart(), `${short}: `]);
    else if (isMemberUse(node, parent)) edits.push([node.getStart(), node.getEnd(), short]);
  });
  let made = "";
  let at = 0;
  for (const [start, end, instead] of edits.sort(([a], [b]) => a - b)) {
    made += text.slice(at, start) + instead;
    at = end;
  }
  return made + text.slice(at);
}

function isMemberUse(node, parent) {
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (ts.isClassElement(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
}

/**
 * Determines the short names from the sources, the shipped types and the types of the runtimes. The command does not
 * count: it is a bundle of its own, with long names.
 */
export function readNames(root) {
  const folderOf = (module) => dirname(fileURLToPath(import.meta.resolve(module)));
  return shortNames(read(root, "src", /^(?!cli\/).*\.ts$/), [
    ...read(root, "dist", /\.d\.ts$/),
    ...read(folderOf("typescript"), "", /^lib\.(es|dom).*\.d\.ts$/),
    ...read(folderOf("@types/node/package.json"), "", /\.d\.ts$/),
  ]);
}

function read(root, folder, pattern) {
  const names = readdirSync(join(root, folder), { recursive: true }).filter((name) => pattern.test(name));
  return names.sort().map((name) => {
    const path = join(folder, name);
    return { path, text: readFileSync(join(root, path), "utf8") };
  });
}
