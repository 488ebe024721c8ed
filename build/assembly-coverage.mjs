// Counts branches in AssemblyScript: a transform for asc (`--transform ./build/assembly-coverage.mjs`).
//
// Every outcome of every branch gets one bit, which the kernel sets when the outcome happens. The bits live in
// WebAssembly globals, never in linear memory: the map of layout.ts, the size of memory and its very last octet are the
// same as in the build that ships. A global holds 32 bits; one exported function per file reads them
// (`__coverage_<file>(word)`), and the list of outcomes, in bit order, goes to build/out/branches.json.
//
//   function   entered                       (dead code is uncovered code)
//   if         true, false                   (also if there is no else)
//   ?:         true, false
//   && ||      each operand true, false
//   while for  entered, not entered          (only "entered" if constants decide the first test)
//   do while   repeated, left
//   switch     each label reached by a jump, and "no case" if there is no default
//
// Conditions made of compiler constants (ASC_*) are left alone, because only they can keep SIMD out of a scalar build.
// An `if` on them still has two outcomes, covered by two builds; a `?:` on them chooses a constant and has none. Also
// not counted: guards around ERROR(), which never reach a module, and the initial values of a file's constants.

import { CommonFlags, Node, NodeKind, Source, SourceKind, Token, Tokenizer } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

const BITS = 32;
const COMPILE_TIME_CALLS = new Set([
  "isDefined",
  "isInteger",
  "isSigned",
  "isFloat",
  "isReference",
  "isConstant",
  "sizeof",
  "alignof",
]);
const GUARDS = new Set(["ERROR", "WARNING", "INFO"]);
const MAP = "build/out/branches.json";

export default class AssemblyCoverage extends Transform {
  async afterParse(parser) {
    const own = parser.sources.filter(isOwn);
    const files = {};
    for (const source of own) {
      const file = new InstrumentedFile(source, parser);
      file.instrument();
      if (file.outcomes.length > 0) files[source.normalizedPath] = { reader: file.reader, outcomes: file.outcomes };
    }
    for (const entry of own.filter((source) => source.sourceKind === SourceKind.UserEntry)) {
      for (const path of Object.keys(files)) {
        if (path !== entry.normalizedPath) exportReader(entry, path, files[path].reader, parser);
      }
    }
    await this.addToMap(files);
  }

  /** Adds to the map: it covers all modules built from one tree (plain and SIMD, one per protocol). */
  async addToMap(files) {
    const before = await this.readFile(MAP, this.baseDir);
    await this.writeFile(
      MAP,
      `${JSON.stringify({ ...(before ? JSON.parse(before) : {}), ...files }, null, 1)}\n`,
      this.baseDir,
    );
  }
}

class InstrumentedFile {
  outcomes = [];
  #helpers = [];
  #source;
  #parser;

  constructor(source, parser) {
    this.#source = source;
    this.#parser = parser;
    this.reader = `__coverage_${source.normalizedPath.replace(/\.ts$/, "").replace(/[^A-Za-z0-9]/g, "_")}`;
  }

  instrument() {
    this.#source.statements = this.#source.statements.map((statement) =>
      isConstants(statement) ? statement : this.#visit(statement),
    );
    if (this.outcomes.length > 0) this.#source.statements.unshift(...this.#preamble());
  }

  #preamble() {
    const words = Array.from({ length: Math.ceil(this.outcomes.length / BITS) }, (_, word) => word);
    return parse(
      [
        ...words.map((word) => `let ${wordName(word)}: u32 = 0;`),
        `export function ${this.reader}(word: u32): u32 {`,
        ...words.map((word) => `  if (word == ${word}) return ${wordName(word)};`),
        "  return 0;",
        "}",
        ...this.#helpers,
      ].join("\n"),
      this.#source,
      this.#parser,
    );
  }

  // --- what is branched on ---------------------------------------------------------------------------------------

  #visit(node) {
    switch (node.kind) {
      case NodeKind.If:
        return this.#if(node);
      case NodeKind.Ternary:
        return this.#ternary(node);
      case NodeKind.While:
      case NodeKind.For:
        return this.#loop(node);
      case NodeKind.Do:
        return this.#do(node);
      case NodeKind.Switch:
        return this.#switch(node);
      case NodeKind.FunctionDeclaration:
      case NodeKind.MethodDeclaration:
        return this.#function(node);
      case NodeKind.Binary:
        return isLogical(node) ? this.#logical(node, (operand) => this.#value(operand)) : this.#visitChildren(node);
      default:
        return this.#visitChildren(node);
    }
  }

  #visitChildren(node) {
    for (const key of Object.keys(node)) {
      if (key === "range") continue;
      const child = node[key];
      if (child instanceof Node && !(child instanceof Source)) node[key] = this.#visit(child);
      else if (Array.isArray(child)) node[key] = child.map((item) => (item instanceof Node ? this.#visit(item) : item));
    }
    return node;
  }

  #if(node) {
    if (isGuard(node)) return node;
    const [isTrue, isFalse] = this.#outcomes(node, "if", "true", "false");
    node.condition = this.#condition(node.condition);
    node.ifTrue = this.#block(isTrue, this.#visit(node.ifTrue));
    node.ifFalse = this.#block(isFalse, ...(node.ifFalse ? [this.#visit(node.ifFalse)] : []));
    return node;
  }

  #ternary(node) {
    if (isCompileTime(node.condition)) return this.#visitChildren(node);
    const [isTrue, isFalse] = this.#outcomes(node, "?:", "true", "false");
    node.condition = this.#condition(node.condition);
    node.ifThen = this.#expression(`(${mark(isTrue)}, $0)`, this.#visit(node.ifThen));
    node.ifElse = this.#expression(`(${mark(isFalse)}, $0)`, this.#visit(node.ifElse));
    return node;
  }

  #loop(node) {
    const always = isEnteredAlways(node);
    const [entered, notEntered] = this.#outcomes(node, "loop", "entered", ...(always ? [] : ["not entered"]));
    if (node.condition) node.condition = this.#condition(node.condition);
    if (node.kind === NodeKind.For) {
      if (node.initializer) node.initializer = this.#visit(node.initializer);
      if (node.incrementor) node.incrementor = this.#visit(node.incrementor);
    }
    const flag = `__entered${entered}`;
    const begin = always ? mark(entered) : `${mark(entered)}; ${flag} = true`;
    node.body = this.#statement(`{ ${begin}; $0; }`, this.#visit(node.body));
    if (always) return node;
    return this.#statement(`{ let ${flag} = false; $0; if (!${flag}) ${mark(notEntered)}; }`, node);
  }

  #do(node) {
    const [repeated, left] = this.#outcomes(node, "do", "repeated", "left");
    node.body = this.#visit(node.body);
    node.condition = this.#expression(choice(repeated, left), this.#condition(node.condition));
    return node;
  }

  /** A label counts if the switch jumps to it, not if the case before it falls through. */
  #switch(node) {
    node.condition = this.#visit(node.condition);
    const [first] = this.#outcomes(node, "switch", ...node.cases.map(labelText));
    const flag = `__fell${first}`;
    node.cases.forEach((branch, index) => {
      const begin = parse(`if (!${flag}) ${mark(first + index)}; ${flag} = true;`, this.#source, this.#parser);
      branch.statements = [...begin, ...branch.statements.map((statement) => this.#visit(statement))];
    });
    if (!node.cases.some((branch) => branch.label === null)) {
      const [none] = this.#outcomes(node, "switch", "no case");
      const statements = parse(`if (!${flag}) ${mark(none)};`, this.#source, this.#parser);
      node.cases.push(Node.createSwitchCase(null, statements, node.range));
    }
    return this.#statement(`{ let ${flag} = false; $0; }`, node);
  }

  #function(node) {
    if (!node.body || node.body.kind !== NodeKind.Block) return this.#visitChildren(node);
    const [entered] = this.#outcomes(node, "function", `${node.name.text} entered`);
    node.body = this.#visit(node.body);
    node.body.statements.unshift(...parse(`${mark(entered)};`, this.#source, this.#parser));
    return node;
  }

  /** Instruments an expression whose truth alone matters: its operands may become booleans. */
  #condition(node) {
    if (node.kind === NodeKind.Parenthesized) {
      node.expression = this.#condition(node.expression);
      return node;
    }
    if (isNot(node)) {
      node.operand = this.#condition(node.operand);
      return node;
    }
    return isLogical(node) ? this.#logical(node, (operand) => this.#truth(operand)) : this.#visit(node);
  }

  #logical(node, onOperand) {
    const operand = (side) => {
      const bare = withoutParentheses(side);
      if (isLogical(bare)) return this.#logical(bare, onOperand);
      return isCompileTime(side) ? side : onOperand(side);
    };
    const { range, operator } = node;
    const replaced = Node.createBinaryExpression(operator, operand(node.left), operand(node.right), range);
    return Node.createParenthesizedExpression(replaced, range);
  }

  #truth(node) {
    const [isTrue, isFalse] = this.#outcomes(node, "operand", "true", "false");
    return this.#expression(choice(isTrue, isFalse), this.#condition(node));
  }

  /** Instruments an operand whose value is used: a generic function of its own preserves its type. */
  #value(node) {
    const [isTrue, isFalse] = this.#outcomes(node, "operand", "true", "false");
    const name = `__value${isTrue}`;
    this.#helpers.push(
      `function ${name}<T>(value: T): T { if (value) ${mark(isTrue)}; else ${mark(isFalse)}; return value; }`,
    );
    return this.#expression(`${name}($0)`, this.#visit(node));
  }

  // --- making nodes ----------------------------------------------------------------------------------------------

  /** Assigns a bit to each outcome; returns the bit numbers. */
  #outcomes(node, kind, ...names) {
    const line = this.#source.lineAt(node.range.start);
    const column = this.#source.columnAt();
    return names.map((outcome) => this.outcomes.push({ line, column, kind, outcome }) - 1);
  }

  #block(bit, ...statements) {
    return Node.createBlockStatement(
      [...parse(`${mark(bit)};`, this.#source, this.#parser), ...statements],
      statements[0]?.range ?? this.#source.range,
    );
  }

  #statement(text, node) {
    return fill(parse(text, this.#source, this.#parser)[0], node);
  }

  #expression(text, node) {
    return fill(parse(`${text};`, this.#source, this.#parser)[0].expression, node);
  }
}

// --- text to nodes -----------------------------------------------------------------------------------------------

const wordName = (word) => `__word${word}`;
const mark = (bit) => `${wordName(Math.floor(bit / BITS))} |= ${2 ** (bit % BITS)}`;
const choice = (isTrue, isFalse) => `($0 ? (${mark(isTrue)}, true) : (${mark(isFalse)}, false))`;

function parse(text, source, parser) {
  const tokens = new Tokenizer(new Source(source.sourceKind, source.normalizedPath, text), parser.diagnostics);
  const before = parser.currentSource;
  parser.currentSource = source;
  const statements = [];
  while (!tokens.skip(Token.EndOfFile)) statements.push(parser.parseTopLevelStatement(tokens, null));
  parser.currentSource = before;
  return statements;
}

/** Replaces `$0` in the template with `node`. */
function fill(template, node) {
  if (isHole(template)) return node;
  for (const key of Object.keys(template)) {
    if (key === "range") continue;
    const child = template[key];
    if (child instanceof Node && !(child instanceof Source)) template[key] = fill(child, node);
    else if (Array.isArray(child))
      template[key] = child.map((item) => (item instanceof Node ? fill(item, node) : item));
  }
  return template;
}

function isHole(node) {
  if (node.kind === NodeKind.Expression) return isHole(node.expression);
  return node.kind === NodeKind.Identifier && node.text === "$0";
}

function exportReader(entry, path, reader, parser) {
  const up = entry.normalizedPath
    .split("/")
    .slice(0, -1)
    .map(() => "..")
    .join("/");
  const from = `./${up ? `${up}/` : ""}${path.replace(/\.ts$/, "")}`;
  entry.statements.push(...parse(`export { ${reader} } from "${from}";`, entry, parser));
}

// --- questions ---------------------------------------------------------------------------------------------------

function isOwn(source) {
  return source.sourceKind === SourceKind.User || source.sourceKind === SourceKind.UserEntry;
}

function isConstants(statement) {
  return (
    statement.kind === NodeKind.Variable &&
    statement.declarations.every((declaration) => (declaration.flags & CommonFlags.Const) !== 0)
  );
}

function isLogical(node) {
  return (
    node.kind === NodeKind.Binary && (node.operator === Token.Ampersand_Ampersand || node.operator === Token.Bar_Bar)
  );
}

function isNot(node) {
  return node.kind === NodeKind.UnaryPrefix && node.operator === Token.Exclamation;
}

function withoutParentheses(node) {
  return node.kind === NodeKind.Parenthesized ? withoutParentheses(node.expression) : node;
}

function isCompileTime(node) {
  switch (node.kind) {
    case NodeKind.Literal:
    case NodeKind.True:
    case NodeKind.False:
      return true;
    case NodeKind.Identifier:
      return node.text.startsWith("ASC_");
    case NodeKind.Parenthesized:
    case NodeKind.Assertion:
      return isCompileTime(node.expression);
    case NodeKind.UnaryPrefix:
      return isCompileTime(node.operand);
    case NodeKind.Binary:
      return isCompileTime(node.left) && isCompileTime(node.right);
    case NodeKind.Call:
      return COMPILE_TIME_CALLS.has(node.expression.text);
    default:
      return false;
  }
}

/** `if (...) ERROR("...")`: evaluated by the compiler, absent from the module. */
function isGuard(node) {
  const only = node.ifTrue.kind === NodeKind.Block ? node.ifTrue.statements[0] : node.ifTrue;
  return (
    only?.kind === NodeKind.Expression &&
    only.expression.kind === NodeKind.Call &&
    GUARDS.has(only.expression.expression.text)
  );
}

/** A loop with no condition, a constant one, or `for (let i = 0; i < CONSTANT; ...)`. */
function isEnteredAlways(node) {
  if (!node.condition || isCompileTime(node.condition)) return true;
  if (node.kind !== NodeKind.For || node.initializer?.kind !== NodeKind.Variable) return false;
  const { condition, initializer } = node;
  const [counter] = initializer.declarations;
  return (
    condition.kind === NodeKind.Binary &&
    condition.operator === Token.LessThan &&
    condition.left.text === counter.name.text &&
    counter.initializer?.kind === NodeKind.Literal &&
    isConstantName(condition.right)
  );
}

function isConstantName(node) {
  return node.kind === NodeKind.Literal || (node.kind === NodeKind.Identifier && /^[A-Z][A-Z0-9_]*$/.test(node.text));
}

function labelText(branch) {
  return branch.label === null ? "default" : `case ${branch.label.range.toString()}`;
}
