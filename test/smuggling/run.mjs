// @ts-check
// `npm run smuggling`: the same octets to our connections, server and proxy, and to parsers, servers and proxies of others;
// who finds other messages than a strict reading. Writes docs/smuggling.md. It fails when ours reads what a strict reading
// does not, anything differently, or (the connections) less. `-- --quick`: the corpus and a few generated inputs, nothing
// written. `-- --seed N`. A tool that is not there is SKIPPED, or with CI=true a failure.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { Http1Connection, Http2Connection } from "../../dist/index.js";
import { ASKED, compare, FORWARDED, headsOf, messagesOf, Tally, WHOLE } from "./compare.mjs";
import { REQUEST_CASES } from "./corpus.mjs";
import { RESPONSE_CASES } from "./corpus-responses.mjs";
import { answered, anyGiven, emitRequest, emitResponse } from "./emit.mjs";
import { generate } from "./generate.mjs";
import { h2Version, tryHttp2 } from "./http2.mjs";
import { oursOfRequests, oursOfResponses } from "./ours.mjs";
import { LAST } from "./pieces.mjs";
import { h11Version, httpParserJs, nodeRequests, nodeResponse, startH11 } from "./readers.mjs";
import { endOf, isIncomplete, readRequests, readResponses } from "./reference.mjs";
import { document } from "./report.mjs";
import { SERVERS, startOurs, startServer } from "./servers.mjs";
import { askBack, askProxy, exchange, startAnswerer, startRecorder } from "./wire.mjs";

/** @typedef {{ name: string, text: string, methods?: readonly string[] | undefined }} Input */

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, seed: { type: "string", default: "1" } },
});
const quick = values.quick;
const seed = Number(values.seed);
const AMOUNTS = quick ? { parsers: 300, servers: 30, sent: 60 } : { parsers: 4_000, servers: 500, sent: 500 };

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "sansio-smuggling-"));
const skipped = /** @type {string[]} */ ([]);
const h11 = h11Version() === null ? null : startH11();
if (h11 === null) skipped.push("h11 (python3-h11)");
const versions = /** @type {Record<string, string>} */ ({
  ...(h11 && { h11: h11Version() }),
  Node: process.versions.node,
  "http-parser-js": manifest.devDependencies["http-parser-js"],
});

/** The corpus, then what is generated: two tallies, of requests and of responses each. */
const tallies = {
  requests: new Tally(),
  responses: new Tally(),
  generatedRequests: new Tally(),
  generatedResponses: new Tally(),
  sentRequests: new Tally(),
  sentResponses: new Tally(),
};
/** What each proxy sent on, to be read by everybody. @type {Map<string, Set<string>>} */
const forwarded = new Map();

const begun = performance.now();
try {
  const corpus = [...REQUEST_CASES, ...RESPONSE_CASES].map((each) => ({
    ...each,
    name: `${each.group}: ${each.name}`,
  }));
  await readByParsers(corpus, tallies.requests, tallies.responses);
  say(`corpus read by parsers: ${corpus.length}`);
  const more = [...some("requests", AMOUNTS.parsers), ...some("responses", AMOUNTS.parsers)];
  await readByParsers(more, tallies.generatedRequests, tallies.generatedResponses);
  say(`generated inputs read by parsers: ${more.length}`);
  const sent = whatIsSent(AMOUNTS.sent);
  await readByParsers(sent, tallies.sentRequests, tallies.sentResponses);
  say(`messages that we sent for hostile callers read by parsers: ${sent.length} of ${2 * AMOUNTS.sent}`);
  const few = [...some("requests", AMOUNTS.servers), ...some("responses", AMOUNTS.servers / 3)];
  const stops = await Promise.all([...SERVERS, "sansio"].map((name) => serve(name, corpus, few, sent)));
  const pairs = await readForwarded();
  for (const stop of stops) await stop();
  const report = { versions, tallies, pairs, skipped, amounts: AMOUNTS, seed, corpus };
  if (!quick && skipped.length === 0)
    writeFileSync(new URL("../../docs/smuggling.md", import.meta.url), document(report));
  finish(pairs, await readByHyperH2());
} finally {
  h11?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** @param {"requests" | "responses"} what @param {number} count @returns {Input[]} named by what a strict reading says of them */
function some(what, count) {
  const inputs = [];
  for (const { text, methods } of generate(seed, what)) {
    if (inputs.length >= count) return inputs;
    inputs.push({ text, methods, name: (methods ? readResponses(text, methods) : readRequests(text)).end });
  }
  return inputs;
}

/** What `send` took of hostile callers, requests that do not close with another behind them. @param {number} count @returns {Input[]} */
function whatIsSent(count) {
  return fc.sample(anyGiven, { numRuns: count, seed }).flatMap((given) => {
    // Apache answers an asterisk for no host, and so without X-Seen.
    const request = given.target === "*" ? undefined : emitRequest(Http1Connection, given)?.text;
    const response = emitResponse(Http1Connection, given)?.text;
    const methods = [answered(given.method)];
    return [
      ...(request === undefined
        ? []
        : [{ name: `request ${JSON.stringify(request)}`, text: request + (closes(request) ? "" : LAST) }]),
      ...(response === undefined ? [] : [{ name: `response ${JSON.stringify(response)}`, text: response, methods }]),
    ];
  });
}

/** Is it the last of its connection? Others read on. @param {string} text */
function closes(text) {
  return readRequests(text).end === "closed";
}

/** @param {readonly Input[]} inputs @param {Tally} requests @param {Tally} responses */
async function readByParsers(inputs, requests, responses) {
  for (const { name, text, methods } of inputs) {
    if (methods === undefined) {
      const reading = readRequests(text);
      const strict = messagesOf(reading);
      requests.add("sansio", name, verdictOnOurs(reading, oursOfRequests(Http1Connection, text), text));
      if (h11) requests.add("h11", name, compare(strict, await h11.read(text), WHOLE));
      requests.add("Node", name, compare(strict, await nodeRequests(text), WHOLE));
      requests.add("http-parser-js", name, compare(strict, httpParserJs(text), WHOLE));
    } else {
      const reading = readResponses(text, methods);
      const strict = messagesOf(reading);
      const [first = "GET"] = methods;
      responses.add("sansio", name, verdictOnOurs(reading, oursOfResponses(Http1Connection, text, methods), text));
      if (h11) responses.add("h11", name, compare(strict, await h11.read(text, methods), WHOLE));
      responses.add("Node", name, compare(strict.slice(0, 1), await nodeResponse(text, first), WHOLE));
      responses.add("http-parser-js", name, compare(strict.slice(0, 1), httpParserJs(text, first), WHOLE));
    }
  }
}

/** Ours must be the strict reading, word by word. @param {any} reading @param {any} ours @param {string} text @returns {import("./compare.mjs").Verdict} */
function verdictOnOurs(reading, ours, text) {
  const verdict = compare(messagesOf(reading), { messages: messagesOf(ours) }, WHOLE);
  const same = JSON.stringify([reading.heads, reading.messages]) === JSON.stringify([ours.heads, ours.messages]);
  if (verdict === "same" && same && endOf(reading) === endOf(ours)) return "same";
  console.log(`DIFFERENT ${JSON.stringify({ text, strict: reading, ours })}`);
  return verdict === "same" ? "other" : verdict;
}

/**
 * One server with ports of its own, or none when it is not here.
 * @param {string} name
 * @param {readonly Input[]} corpus
 * @param {readonly Input[]} generated
 * @param {readonly Input[]} messages that we sent
 */
async function serve(name, corpus, generated, messages) {
  const [recorder, answerer] = [await startRecorder(), await startAnswerer()];
  const upstream = { recorder: recorder.port, answerer: answerer.port };
  const own = mkdtempSync(join(folder, `${name}-`));
  const peer = name === "sansio" ? await startOurs(upstream, manifest.version) : await startServer(name, own, upstream);
  if (peer === null) {
    skipped.push(name);
    return async () => {};
  }
  versions[name] = peer.version;
  const sent = new Set(/** @type {string[]} */ ([]));
  forwarded.set(name, sent);
  await tryAll(corpus, tallies.requests, tallies.responses);
  await tryAll(generated, tallies.generatedRequests, tallies.generatedResponses);
  await tryAll(messages, tallies.sentRequests, tallies.sentResponses);
  say(`${name}: ${corpus.length} of the corpus, ${generated.length} generated`);
  return async () => {
    recorder.stop();
    answerer.stop();
    await peer.stop();
  };

  /** @param {readonly Input[]} inputs @param {Tally} requests @param {Tally} responses */
  async function tryAll(inputs, requests, responses) {
    const { back, front, asker } = /** @type {import("./servers.mjs").Peer} */ (peer).ports;
    for (const { name: input, text, methods } of inputs) {
      if (methods === undefined) {
        const reading = readRequests(text);
        const strict = messagesOf(reading);
        const seen = await askBack(back, text);
        // a server may answer before it has read the body
        const early = compare(headsOf(reading), seen, ASKED) === "same";
        requests.add(`${name} back`, input, early ? "same" : compare(strict, seen, ASKED));
        recorder.take();
        const { hangs } = await exchange(front, text);
        const texts = recorder.take();
        for (const each of texts) sent.add(each);
        const verdict = compare(strict, { messages: texts.flatMap(sentOn), hangs }, FORWARDED);
        if (name === "sansio" && verdict !== "same" && verdict !== "fewer")
          console.log(`DIFFERENT front ${verdict} ${JSON.stringify(text)}`);
        requests.add(`${name} front`, input, verdict);
      } else if (methods[0] !== "CONNECT") {
        const [first = "GET"] = methods;
        answerer.state.text = text;
        const strict = messagesOf(readResponses(text, [first])).slice(0, 1);
        responses.add(`${name} front`, input, compare(strict, await askProxy(asker, first), WHOLE));
      }
    }
  }
}

/** What a proxy sent on; what is no HTTP counts as a message that nobody asked for. @param {string} text @returns {import("./readers.mjs").Message[]} */
function sentOn(text) {
  const reading = readRequests(text);
  const malformed = endOf(reading) === "refused" && !isIncomplete(reading);
  return malformed ? [...messagesOf(reading), ["(malformed)", "", ""]] : messagesOf(reading);
}

/**
 * What each proxy sent on, read by everybody: how many texts hold another number of messages for them than for a strict
 * reading.
 */
async function readForwarded() {
  /** @type {{ front: string, texts: number, counts: Record<string, number> }[]} */
  const pairs = [];
  for (const [front, texts] of forwarded) {
    const whole = [...texts].filter(
      (text) => readRequests(text).messages.length > 0 && endOf(readRequests(text)) === "whole",
    );
    const counts = /** @type {Record<string, number>} */ ({});
    for (const text of whole) {
      const { length } = readRequests(text).messages;
      const seen = {
        sansio: oursOfRequests(Http1Connection, text).messages.length,
        ...(h11 && { h11: (await h11.read(text)).messages.length }),
        Node: (await nodeRequests(text)).messages.length,
        "http-parser-js": httpParserJs(text).messages.length,
      };
      for (const [back, count] of Object.entries(seen)) counts[back] = (counts[back] ?? 0) + (count === length ? 0 : 1);
    }
    pairs.push({ front, texts: whole.length, counts });
  }
  return pairs;
}

/** @returns {Promise<number>} how many requests that Http2Connection sent are something else to hyper-h2 */
async function readByHyperH2() {
  if (h2Version() === null) {
    skipped.push("h2 (python3-h2)");
    return 0;
  }
  const { sent, refused, wrong } = await tryHttp2(Http2Connection, 4 * AMOUNTS.sent, seed);
  say(
    `HTTP/2 requests of hostile callers read by hyper-h2: ${sent} sent, ${refused} refused, ${wrong.length} read otherwise`,
  );
  for (const line of wrong) console.log(`DIFFERENT ${line}`);
  return wrong.length;
}

/** @param {Awaited<ReturnType<typeof readForwarded>>} pairs @param {number} inHttp2 */
function finish(pairs, inHttp2) {
  let wrong = inHttp2;
  for (const [what, tally] of Object.entries(tallies)) {
    console.log(`\n${what}`);
    for (const reader of [...tally.readers.keys()].sort()) {
      const [same, fewer, more, other, hangs] = /** @type {const} */ (["same", "fewer", "more", "other", "hangs"]).map(
        (each) => tally.count(reader, each),
      );
      console.log(
        `  ${reader.padEnd(16)} ${tally.total(reader)} inputs: same ${same}, fewer ${fewer}, more ${more}, other ${other}, hangs ${hangs}`,
      );
      // What we send must be one message for everybody; what a proxy makes of it is its own.
      const isOurs = reader.startsWith("sansio") || (what.startsWith("sent") && !reader.endsWith("front"));
      if (!isOurs) continue;
      wrong += (more ?? 0) + (other ?? 0) + (hangs ?? 0) + (reader === "sansio" ? (fewer ?? 0) : 0);
    }
  }
  console.log("\nwhat proxies sent on, read with another number of messages");
  for (const { front, texts, counts } of pairs) {
    console.log(
      `  ${front.padEnd(16)} ${texts} texts: ${Object.entries(counts)
        .map(([back, count]) => `${back} ${count}`)
        .join(", ")}`,
    );
    wrong += counts.sansio ?? 0;
  }
  for (const tool of skipped)
    console.log(`${process.env.CI === "true" ? "FAILED" : "SKIPPED"}  no ${tool} on this machine`);
  if (process.env.CI === "true") wrong += skipped.length;
  console.log(`\n${wrong} differences of ours, ${Math.round((performance.now() - begun) / 1000)} s`);
  process.exit(wrong === 0 ? 0 : 1);
}

/** @param {string} text */
function say(text) {
  console.log(`${String(Math.round((performance.now() - begun) / 1000)).padStart(4)} s  ${text}`);
}
