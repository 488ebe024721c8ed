// Builds the kernels: AssemblyScript to WebAssembly (asc), with and without SIMD, and the modules through which the
// sources import them.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { minifySync } from "rolldown/utils";
import { octetText } from "./octet-text.mjs";

const OUT = "build/out";

/** Builds NAME.wasm, NAME.scalar.wasm, NAME-kernel.ts and NAME-script.js in build/out. */
export async function makeKernel({ name, door }) {
  await compile(door, name);
  await compile(door, `${name}.scalar`);
  writeFileSync(join(OUT, `${name}-kernel.ts`), `// Made by the build.\n${kernelSource(name, ": EmbeddedKernel")}`);
  writeFileSync(join(OUT, `${name}-script.js`), scriptSource(name));
  writeFileSync(join(OUT, `${name}-script.d.ts`), `export declare function ${name}Script(): object;\n`);
}

/** Compiles one entry file for one target of asconfig.json. */
async function compile(door, target) {
  const options = ["--config", "asconfig.json", "--target", target, "--transform", "./build/no-inline.mjs"];
  const { error, stderr } = await asc.main([door, ...options], {
    readFile: (name, base) => {
      try {
        return readFileSync(join(base, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (name, contents, base) => {
      mkdirSync(dirname(join(base, name)), { recursive: true });
      writeFileSync(join(base, name), contents);
    },
    listFiles: () => null,
  });
  const messages = stderr.toString();
  if (error !== null || messages !== "") throw new Error(`asc: ${messages}${error?.message ?? ""}`);
}

// --- the kernel in each form: a module with one constant, an EmbeddedKernel of src/wasm/module.ts --------------------

/** The kernel embedded as text. No script: importing sansio/js registers one. */
export function kernelSource(name, type = "") {
  const types = type && 'import type { EmbeddedKernel } from "../../src/wasm/module.ts";\n';
  return types + constant(name, type, embedded(name), "undefined");
}

/** The kernel embedded as text, with its script: CommonJS loads that by itself if WebAssembly fails. */
export function requiringSource(name) {
  return constant(name, "", embedded(name), `() => require("./${name}-script.cjs").${name}Script()`);
}

/** The kernel as a separate file, which the runtime or the bundler compiles. */
export function importingSource(name, specifier) {
  return `import module from "${specifier}";\n${constant(name, "", "module", "undefined")}`;
}

function embedded(name) {
  return JSON.stringify(octetText(readFileSync(join(OUT, `${name}.wasm`))));
}

function constant(name, type, wasm, script) {
  const fields = `{ name: ${JSON.stringify(name)}, wasm: ${wasm}, script: ${script} }`;
  return `export const ${name.toUpperCase()}_KERNEL${type} = ${fields};\n`;
}

// --- the kernel as JavaScript -------------------------------------------------------------------------------------

/**
 * Returns binaryen's wasm2js output for the scalar build, minified. That output creates an instance when it is loaded;
 * this turns it into a function that creates one.
 */
function scriptSource(name) {
  const wasm2js = join(dirname(fileURLToPath(import.meta.resolve("binaryen"))), "bin/wasm2js");
  const script = execFileSync(process.execPath, [wasm2js, "-O3", join(OUT, `${name}.scalar.wasm`)], {
    encoding: "utf8",
  });
  const [body, instance] = script.split("var retasmFunc = asmFunc({\n});\n");
  if (instance === undefined) throw new Error(`wasm2js has changed: ${name} has imports or another form`);
  const { code, errors } = minifySync(
    `${name}-script.js`,
    `${body}\nexport function ${name}Script() { return asmFunc({}); }`,
  );
  if (errors.length > 0) throw new Error(errors.join("\n"));
  return `// Made by the build with wasm2js.\n${code}\n`;
}
