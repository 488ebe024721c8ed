// What a chunk of dist/ imports is a constant of its own, where it is used often.
import { parseAst } from "rollup/parseAst";
import { expect, test } from "vitest";
import { ownConstants } from "../build/own-constants.mjs";

const render = (code: string, format = "es", moduleIds = ["src/http1/a.js"]): string => {
  const parse = (text: string) => parseAst(text);
  return ownConstants.renderChunk.call({ parse }, code, { moduleIds }, { format })?.code ?? code;
};

test("imports come first, then the constants, then the rest as it was", () => {
  const code = `import { a, b as c } from './b.js';\nimport { d } from './d.js';\nexport { e } from './e.js';\nf(a, c, d);\n`;
  expect(render(code)).toBe(
    "import { a as a$import, b as c$import } from './b.js';\nimport { d as d$import } from './d.js';\n" +
      "const a = a$import, c = c$import, d = d$import;\nexport { e } from './e.js';\nf(a, c, d);\n",
  );
});

test("what is needed at the start or for errors alone stays an import, and so does what is imported whole", () => {
  const code =
    "import wasm from './a.wasm';\nimport { readLimits, hot } from './b.js';\nimport { on } from 'node:events';\n";
  expect(render(code)).toBe(
    "import wasm from './a.wasm';\nimport { readLimits as readLimits, hot as hot$import } from './b.js';\n" +
      "import { on as on$import } from 'node:events';\nconst hot = hot$import, on = on$import;\n",
  );
});

test.each([
  ["CommonJS", "import { a } from './b.js';", "cjs", undefined],
  ["adapters", "import { a } from './b.js';", "es", ["src/adapters/web/index.js"]],
  ["a chunk that imports nothing", "export const a = 1;", "es", undefined],
  ["cold names alone", "import { checkNames } from './b.js';", "es", undefined],
])("%s: nothing changes", (_, code, format, moduleIds) => {
  expect(render(code, format, moduleIds)).toBe(code);
});
