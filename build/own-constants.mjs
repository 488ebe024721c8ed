/**
 * Used only when a module loads, a connection is created, or something is wrong: these stay imports, which are smaller.
 */
const COLD =
  /^(compile\w+|joint|indexes|check(Names|Count)|readLimits|limitRows|isForbiddenTrailer|isLatin1|\w+ProtocolError|addErrors|errorRows|\w+_ERRORS|instantiate)$/;

/**
 * A rollup plugin that turns what a chunk imports from another into local constants: `import { a as a$import }` and
 * `const a = a$import`. V8 looks an import up at each use, through the module, its list of imports and a cell, but knows
 * a constant when it compiles. A head took 7 to 9 % less time. Adapters, which wait for sockets anyway, are left out to
 * save octets.
 */
export const ownConstants = {
  name: "own-constants",
  renderChunk(code, { moduleIds }, { format }) {
    const isHot = format === "es" && moduleIds.some((id) => !/\/adapters\//.test(id));
    const imports = isHot ? this.parse(code).body.filter(isNamed) : [];
    const constants = imports.flatMap(({ specifiers }) =>
      specifiers.filter(isUsedOften).map(({ local }) => `${local.name} = ${local.name}$import`),
    );
    if (constants.length === 0) return null;
    let made = `\nconst ${constants.join(", ")};${code.slice(imports.at(-1).end)}`;
    for (const [index, each] of [...imports.entries()].reverse()) {
      const behind = index + 1 < imports.length ? code.slice(each.end, imports[index + 1].start) : "";
      made = renamed(each) + behind + made;
    }
    return { code: code.slice(0, imports[0].start) + made, map: null };
  },
};

function isNamed({ type, specifiers }) {
  return type === "ImportDeclaration" && specifiers[0]?.type === "ImportSpecifier";
}

function isUsedOften({ local }) {
  return !COLD.test(local.name);
}

function renamed({ source, specifiers }) {
  const list = specifiers.map((each) => {
    const { imported, local } = each;
    return `${imported.name} as ${local.name}${isUsedOften(each) ? "$import" : ""}`;
  });
  return `import { ${list.join(", ")} } from '${source.value}';`;
}
