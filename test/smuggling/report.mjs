// @ts-check
// docs/smuggling.md from a run.
import { CHOICES, STRICTER } from "./reference.mjs";

/** @typedef {import("./compare.mjs").Tally} Tally */

const HEAD = `<!-- Made by \`npm run smuggling\`. -->

# Smuggling

Two servers that find different messages in the same octets are what request smuggling lives on. Here the same octets go to
our connections, to \`sansio/node\` as server and as proxy, and to parsers, servers and proxies of others; what each finds is
compared with a strict reading: \`test/smuggling/reference.mjs\`, slow, written rule by rule from RFC 9110 and RFC 9112, and
independent of the product. Every input is followed by a request that shows where the one before it ended.

*fewer*: it refuses, or waits, where the strict reading goes on. *more*: it reads what the strict reading refuses. *other*: it
finds other messages. As **back** a server answers by itself; as **front** it is a proxy, of requests to a server that records
them, of responses from a server that is hostile. Reading more is not always against the RFC, which permits a few
leniencies (a bare LF, for one); two readers that disagree are the danger all the same. A back may answer a request before it
has read its body: that is no difference as long as the head is one.
`;

/**
 * @param {{
 *   versions: Record<string, string>,
 *   tallies: Record<"requests" | "responses" | "generatedRequests" | "generatedResponses" | "sentRequests" | "sentResponses", Tally>,
 *   pairs: { front: string, texts: number, counts: Record<string, number> }[],
 *   amounts: { parsers: number, servers: number }, seed: number,
 *   corpus: readonly { group: string, name: string, methods?: readonly string[] | undefined }[],
 * }} report
 */
export function document({ versions, tallies, pairs, seed, corpus }) {
  const requests = corpus.filter(({ methods }) => methods === undefined);
  const responses = corpus.filter(({ methods }) => methods !== undefined);
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${[
    HEAD,
    `Of the run below: ${names.join(", ")}. Generated inputs: seed ${seed}.\n`,
    `## Requests\n\n${sums(tallies.requests, "Written by hand")}\n${sums(tallies.generatedRequests, "Generated")}`,
    `## Responses\n\n${sums(tallies.responses, "Written by hand")}\n${sums(tallies.generatedResponses, "Generated")}`,
    `## What we send\n\nMessages that \`send\` took of hostile callers: each must be one message for everybody, or be refused.\n\n${sums(tallies.sentRequests, "Requests")}\n${sums(tallies.sentResponses, "Responses")}`,
    `## What proxies send on\n\nRead by the parsers: in how many texts they find another number of messages than the strict reading.\n\n${pairTable(pairs)}`,
    `## Where the strict reading has a choice\n\n${table(["reads", "for"], CHOICES)}\n\n${table(["refuses", "though"], STRICTER)}\n`,
    `## Who differs in requests\n\n${differing(requests, tallies.requests)}`,
    `## Who differs in responses\n\n${differing(responses, tallies.responses)}`,
    `## Who reads more of what was generated\n\nBy the rule with which the strict reading refused it.\n\n${byRule(tallies)}`,
  ].join("\n")}`;
}

/** @param {Tally} tally @param {string} what */
function sums(tally, what) {
  const verdicts = /** @type {const} */ (["same", "fewer", "more", "other", "hangs"]);
  const rows = [...tally.readers.keys()]
    .sort(ourselvesFirst)
    .map((reader) => [
      reader,
      String(tally.total(reader)),
      ...verdicts.map((verdict) => String(tally.count(reader, verdict))),
    ]);
  return `${what}:\n\n${table(["reader", "inputs", ...verdicts], rows)}\n`;
}

/** @param {string} a @param {string} b */
function ourselvesFirst(a, b) {
  const rank = (/** @type {string} */ name) => (name.startsWith("sansio") ? `0${name}` : `1${name}`);
  return rank(a) < rank(b) ? -1 : 1;
}

/** @param {{ front: string, texts: number, counts: Record<string, number> }[]} pairs */
function pairTable(pairs) {
  const backs = Object.keys(pairs[0]?.counts ?? {});
  return `${table(
    ["proxy", "texts", ...backs],
    pairs.map(({ front, texts, counts }) => [front, String(texts), ...backs.map((back) => String(counts[back]))]),
  )}\n`;
}

/** @param {readonly { group: string, name: string }[]} cases @param {Tally} tally */
function differing(cases, tally) {
  const groups = [...new Set(cases.map(({ group }) => group))];
  return groups
    .map((group) => {
      const own = cases.filter((each) => each.group === group);
      const rows = own.flatMap(({ name }) => {
        const of = tally.differences.get(name);
        return of === undefined ? [] : [[name.slice(group.length + 2), ...who(of)]];
      });
      const same = own.length - rows.length;
      const rest =
        same === 0 ? "" : `${rows.length === 0 ? "" : "\n\n"}${same} of ${own.length} inputs are the same for all.`;
      const shown = rows.length === 0 ? "" : table(["input", "more", "other, hangs", "fewer"], rows);
      return `### ${group[0]?.toUpperCase()}${group.slice(1)}\n\n${shown}${rest}\n`;
    })
    .join("\n");
}

/** @param {Map<string, string>} of reader -> verdict @returns {string[]} */
function who(of) {
  return [["more"], ["other", "hangs"], ["fewer"]].map((verdicts) => {
    const names = [...of].filter(([, verdict]) => verdicts.includes(verdict)).map(([name]) => name);
    return together(names.sort(ourselvesFirst));
  });
}

/** "nginx back, nginx front" is nginx. @param {string[]} names */
function together(names) {
  const both = names.filter((name) => name.endsWith(" back") && names.includes(name.replace(" back", " front")));
  const kept = names.filter((name) => !both.includes(name.replace(" front", " back")));
  return [...kept, ...both.map((name) => name.replace(" back", " back and front"))].sort(ourselvesFirst).join(", ");
}

/** @param {Record<string, Tally>} tallies */
function byRule({ generatedRequests, generatedResponses }) {
  const rules = new Map(/** @type {[string, Set<string>][]} */ ([]));
  for (const tally of [generatedRequests, generatedResponses])
    for (const [rule, of] of tally?.differences ?? [])
      for (const [reader, verdict] of of)
        if (verdict === "more" || verdict === "other") rules.set(rule, (rules.get(rule) ?? new Set()).add(reader));
  return table(
    ["strict reading", "who reads more or other messages"],
    [...rules]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([rule, names]) => [rule, together([...names].sort(ourselvesFirst))]),
  );
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** @param {string} text */
function cell(text) {
  const visible = Array.from(text, (char) =>
    /[ -~]/.test(char) ? char : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return visible.join("").replace(/[\\|<>*_`[\]]/g, "\\$&");
}
