// What build/assembly-coverage.mjs lists and the instrumented kernels count, put together and said by file and line.

const BITS = 32;

/** The counts of every instrumented file in one kernel: file -> words of bits. */
export function readWords(exports, map) {
  const words = {};
  for (const [file, { reader, outcomes }] of Object.entries(map)) {
    if (typeof exports[reader] !== "function") continue;
    words[file] = Array.from({ length: Math.ceil(outcomes.length / BITS) }, (_, word) => exports[reader](word) >>> 0);
  }
  return words;
}

/** Counts of several kernels, builds or processes as one: an outcome seen anywhere was seen. */
export function join(all) {
  const joined = {};
  for (const words of all) {
    for (const [file, own] of Object.entries(words)) {
      joined[file] = own.map((word, index) => (word | (joined[file]?.[index] ?? 0)) >>> 0);
    }
  }
  return joined;
}

/**
 * Judges the counts. `text(file)` gives the source. An outcome may stay unseen where a comment `// coverage: why`
 * stands on its line or alone on the line above; one that was seen after all is told, so that it can go.
 */
export function judge(map, words, text) {
  const result = { seen: 0, total: 0, uncovered: [], explained: [], stale: [] };
  for (const [file, { outcomes }] of Object.entries(map)) {
    const lines = text(file).split("\n");
    const unused = new Set(lines.flatMap((line, index) => (EXPLANATION.test(line) ? [index + 1] : [])));
    outcomes.forEach((outcome, bit) => {
      const seen = (((words[file]?.[Math.floor(bit / BITS)] ?? 0) >>> (bit % BITS)) & 1) === 1;
      result.total++;
      if (seen) {
        result.seen++;
        return;
      }
      const at = { file, ...outcome };
      const comment = explanationOf(lines, outcome.line);
      if (comment === undefined) {
        result.uncovered.push(at);
        return;
      }
      unused.delete(comment.line);
      result.explained.push({ ...at, why: comment.why });
    });
    for (const line of unused) result.stale.push({ file, line });
  }
  const order = (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column;
  result.uncovered.sort(order);
  result.explained.sort(order);
  return result;
}

export function report({ seen, total, uncovered, explained, stale }) {
  const say = ({ file, line, column, kind, outcome }) => `${file}:${line}:${column} ${kind}: ${outcome}`;
  return [
    ...uncovered.map((at) => `uncovered  ${say(at)}`),
    ...explained.map((at) => `explained  ${say(at)} (${at.why})`),
    ...stale.map(
      ({ file, line }) => `stale      ${file}:${line} explains a branch that is covered: remove the comment`,
    ),
    `assembly/: ${seen} of ${total} branch outcomes seen, ${explained.length} explained, ${uncovered.length} uncovered`,
  ].join("\n");
}

const EXPLANATION = /\/\/ coverage: (\S.*)$/;

function explanationOf(lines, line) {
  const own = EXPLANATION.exec(lines[line - 1] ?? "");
  if (own) return { line, why: own[1] };
  const above = lines[line - 2] ?? "";
  const alone = above.trim().startsWith("//") ? EXPLANATION.exec(above) : null;
  return alone ? { line: line - 1, why: alone[1] } : undefined;
}
