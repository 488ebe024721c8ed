// @ts-check
// The two ends of a run: a server whose handlers do as the plans say, a client that asks and reads as they say. Both hold what
// they have against the plans.
import { Planted, Received, readIncoming, readStream } from "./bodies.mjs";
import { nodeStream, webStream } from "./links.mjs";

/** @typedef {import("./run.mjs").Run} Run */
/** @typedef {import("./plans.mjs").Plan} Plan */

const TIMES = { body: 2000, write: 2000 };
const SERVER_TIMES = { ...TIMES, idle: 3000, head: 2000, linger: 500 };
const CLIENT_TIMES = { ...TIMES, response: 4000, expect: 100 };

/** @param {Run} run @param {import("./links.mjs").Link} incoming @param {import("./links.mjs").Link} outgoing @param {boolean} isByob */
const streamOf = ({ kind }, incoming, outgoing, isByob) =>
  kind === "web" ? webStream(incoming, outgoing, isByob) : nodeStream(incoming, outgoing);

/** @param {Promise<any>} promise @returns {Promise<{ value?: any, error?: any }>} */
const settled = (promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );

/** What a body that ended may have been. @param {Run} run @param {string} what @param {import("./bodies.mjs").Had} had @param {number[]} lengths */
function judge(run, what, { octets, ended, error }, lengths) {
  const word = ended === "failed" ? run.word(error) : ended;
  run.lines.push(`${what}: ${octets} ${word}`);
  if (ended !== "whole" || lengths.includes(octets) || run.isTampered) return;
  throw new Error(`LAW ${what} looks whole with ${octets} octets; it may have ${lengths}`);
}

// --- the server -------------------------------------------------------------------------------------------------------

/** @param {Run} run @param {Plan[]} plans @param {{ isHttp2: boolean, isByob: boolean, canSwitch: boolean, unread: number }} settings */
export function startServer(run, plans, settings) {
  const { web, node } = run.world;
  const onError = (/** @type {unknown} */ error) => {
    try {
      run.lines.push(`onError ${run.word(error, true)}`);
    } catch (fault) {
      run.faults.push(fault);
    }
  };
  const options = { timeouts: SERVER_TIMES, onError, unreadBodyOctets: settings.unread };
  const stream = streamOf(run, run.up, run.down, settings.isByob);
  const planOf = (/** @type {string} */ target) => plans[Number(/\d+/.exec(target)?.[0] ?? 0) % plans.length];
  const fetchHandler = handlerOf(run, planOf, settings.canSwitch);
  if (run.kind === "web") {
    const served = web.serveConnection(stream, fetchHandler, { ...options, protocol: web.either });
    run.track("the server", served.closed);
    return {
      close: () => run.track("close of the server", served.close()),
      abort: () => served.abort(new Planted("abort")),
    };
  }
  const wrapped = node.fetchHandler(fetchHandler);
  const native = nativeHandlerOf(run, planOf, settings.canSwitch);
  const handler = (/** @type {any} */ request, /** @type {any} */ reply) =>
    planOf(request.target)?.handling.includes("N") ? native(request, reply) : wrapped(request, reply);
  const server = node.createServer(handler, options);
  server.serve(stream);
  const isGone = () => (server.connections === 0 ? undefined : server.connections);
  return {
    close: () => run.track("close of the server", server.close(Number.POSITIVE_INFINITY)),
    abort: () => stream.destroy(new Planted("abort")),
    isGone,
  };
}

/** @param {Run} run @param {(target: string) => Plan | undefined} planOf @param {boolean} canSwitch */
const handlerOf = (run, planOf, canSwitch) => async (/** @type {any} */ _request, /** @type {any} */ info) => {
  const plan = planOf(info.target);
  if (plan === undefined) return { status: 404 };
  const { key, handling, handled } = plan;
  begun(run, plan, info);
  run.track(
    `trailers of request ${key}`,
    settled(info.trailers).then(({ error }) => error && run.word(error)),
  );
  if (handling.includes("l")) await run.gates.wait();
  if (handling.includes("T")) throw new Planted("handler");
  if (handling.includes("i")) info.inform(103, [["Link", "a"]]);
  if (plan.switches && canSwitch) return tunnel(run, `tunnel ${key} of the server`, plan, info.upgrade(), false);
  const read = async () => {
    const received = new Received(key, run);
    if (info.body === null) return;
    judge(run, `request ${key}`, await readStream(info.body, handled, received, run.gates), plan.expected.request);
  };
  if (handling.includes("w")) run.track(`reading of request ${key}`, read());
  else await read();
  if (handling.includes("E")) throw new Planted("handler, late");
  if (handling.includes("D")) return undefined;
  const body = run.sources.make(plan.answer, key + 100, `answer ${key}`, run.gates);
  const { status, answerHeaders: headers } = plan;
  if (
    plan.answerFlags.includes("F") &&
    status < 600 &&
    (status === 200 || body === null) &&
    "nos".includes(plan.answer.kind)
  )
    return new Response(/** @type {any} */ (body), { status, headers: /** @type {any} */ (headers) });
  return { status, headers, body, trailers: plan.trailers(plan.answerFlags, "a") };
};

/** @param {Run} run @param {Plan} plan @param {any} request */
function begun(run, plan, request) {
  run.lines.push(`handler ${plan.key} ${request.method} ${request.target}`);
  if (run.isTampered) return;
  if (run.lines.filter((line) => line.startsWith(`handler ${plan.key} `)).length > 1)
    throw new Error(`LAW request ${plan.key} is handled twice`);
  if (request.method !== plan.method) throw new Error(`LAW request ${plan.key} came as ${request.method}`);
}

/** @param {Run} run @param {(target: string) => Plan | undefined} planOf @param {boolean} canSwitch */
const nativeHandlerOf = (run, planOf, canSwitch) => async (/** @type {any} */ request, /** @type {any} */ reply) => {
  const plan = /** @type {Plan} */ (planOf(request.target));
  const { key, handling, handled } = plan;
  begun(run, plan, request);
  if (handling.includes("l")) await run.gates.wait();
  if (handling.includes("T")) throw new Planted("handler");
  if (handling.includes("i")) reply.inform(103, [["Link", "a"]]);
  if (plan.switches && canSwitch) {
    const { Duplex } = await import("node:stream");
    if (reply.isAborted) return;
    const duplex = run.world.node.duplexOf(reply.upgrade(), reply);
    duplex.on("error", () => {});
    return tunnel(run, `tunnel ${key} of the server`, plan, Duplex.toWeb(duplex), false);
  }
  const read = async () => {
    const received = new Received(key, run);
    judge(run, `request ${key}`, await readIncoming(request, handled, received, run.gates), plan.expected.request);
  };
  if (handling.includes("w")) run.track(`reading of request ${key}`, read());
  else await read();
  if (handling.includes("E")) throw new Planted("handler, late");
  await writeAll(run, plan, reply);
};

/** @param {Run} run @param {Plan} plan @param {any} reply */
async function writeAll(run, plan, reply) {
  const { kind, length, piece } = plan.answer;
  reply.respond(plan.status, plan.answerHeaders);
  for (let at = 0; at < length; at += piece) {
    const octets = run.sources.make({ kind: "o", length: length, piece }, plan.key + 100, "", run.gates);
    const hasRoom = reply.write(/** @type {Uint8Array} */ (octets).subarray(at, Math.min(length, at + piece)));
    if (plan.handling.includes("a")) reply.abort(new Planted("abort"));
    if (kind === "k") await run.gates.wait();
    if (reply.isAborted) return;
    if (!hasRoom) await room(reply);
  }
  if ("fgw".includes(kind)) throw new Planted("in the middle of an answer");
  reply.end(plan.trailers(plan.answerFlags, "a"));
}

/** @param {any} reply @returns {Promise<void>} */
function room(reply) {
  return new Promise((resolve) => {
    reply.onDrain = resolve;
    reply.onAbort = resolve;
  });
}

// --- the client -------------------------------------------------------------------------------------------------------

/** @param {Run} run @param {{ isHttp2: boolean, isByob: boolean, pipelining: number }} settings */
export function startClient(run, { isHttp2, isByob, pipelining }) {
  const { web, node } = run.world;
  const stream = streamOf(run, run.down, run.up, isByob);
  const options = { timeouts: CLIENT_TIMES, pipelining, protocol: isHttp2 ? web.http2 : web.http1 };
  const connection =
    run.kind === "web"
      ? new web.Connection(stream, options)
      : new node.ClientConnection(stream, { ...options, protocol: isHttp2 ? node.http2 : node.http1 });
  run.track("the client", connection.closed);
  return connection;
}

/** @param {Run} run @param {any} connection @param {Plan} plan */
export function ask(run, connection, plan) {
  const { key, method, flags } = plan;
  const isTunnel = method === "CONNECT";
  const controller = flags.includes("s") ? run.signal() : undefined;
  const body = run.sources.make(plan.source, key, `request ${key}`, run.gates);
  const input = {
    method,
    target: isTunnel ? `a:${key}` : `/${key}`,
    authority: "a",
    headers: plan.headers,
    body,
    trailers: plan.trailers(flags, "q"),
  };
  const onInformational = (/** @type {any} */ { status }) => run.lines.push(`informational ${key} ${status}`);
  const isPlain = flags.includes("q") && run.kind === "node";
  const answer = connection[isPlain ? "request" : "fetch"](input, { signal: controller?.signal, onInformational });
  run.track(`answer ${key}`, answered(run, plan, answer, isPlain));
  return controller;
}

/** @param {Run} run @param {Plan} plan @param {Promise<any>} answer @param {boolean} isPlain */
async function answered(run, plan, answer, isPlain) {
  const { key } = plan;
  const { error, value } = await settled(answer);
  if (error !== undefined) {
    run.lines.push(`answer ${key}: ${run.word(error)}`);
    return;
  }
  const { status, headers, body, upgraded, trailers } = value;
  run.lines.push(`answer ${key}: ${status}`);
  run.track(`trailers of answer ${key}`, readTrailers(run, plan, trailers, status));
  if (upgraded !== null) {
    const isNodes = isPlain && run.kind === "node";
    if (isNodes) upgraded.on("error", () => {});
    const { Duplex } = await import("node:stream");
    return tunnel(run, `tunnel ${key} of the client`, plan, isNodes ? Duplex.toWeb(upgraded) : upgraded, true);
  }
  const isOurs = headers.get("x-key") === String(key) && status === plan.status;
  if (!isOurs && !run.isTampered && status < 400) throw new Error(`LAW the answer ${status} to ${key} is another's`);
  const lengths = isOurs ? plan.expected.answer : [0];
  if (body === null) return;
  const received = new Received(key + 100, run);
  const had = isPlain
    ? await readIncoming(body, plan.manner, received, run.gates)
    : await readStream(body, plan.manner, received, run.gates);
  judge(run, `answer ${key}`, had, lengths);
}

/** @param {Run} run @param {Plan} plan @param {Promise<any>} trailers @param {number} status */
async function readTrailers(run, plan, trailers, status) {
  const { value: fields, error } = await settled(trailers);
  run.lines.push(`trailers ${plan.key}: ${error === undefined ? fields.length : run.word(error)}`);
  if (error !== undefined || run.isTampered || plan.switches || status !== plan.status) return;
  const isSent = plan.trailers(plan.answerFlags, "a") !== undefined && !plan.answerFlags.includes("F");
  const mayHave = plan.method !== "HEAD" && ![204, 304].includes(status);
  if (isSent && mayHave && fields.get("x-t") !== `a${plan.key}`)
    throw new Error(`LAW the trailers of ${plan.key} are lost`);
}

// --- tunnels ----------------------------------------------------------------------------------------------------------

/** Writes one body, reads the other. @param {Run} run @param {string} what @param {Plan} plan @param {any} stream @param {boolean} isClient */
function tunnel(run, what, plan, { readable, writable }, isClient) {
  run.hasTunnel = true;
  const [mine, theirs] = isClient ? [plan.key, plan.key + 100] : [plan.key + 100, plan.key];
  const [sent, due] = isClient ? [plan.source, plan.answer] : [plan.answer, plan.source];
  const received = new Received(theirs, run);
  const read = async () => {
    const had = await readStream(readable, isClient ? plan.manner : plan.handled, received, run.gates);
    // An end by FIN tells nothing of the length.
    judge(run, what, { ...had, error: had.error }, [had.octets]);
    if (had.octets > due.length && !run.isTampered) throw new Error(`LAW ${what} had more than was sent`);
  };
  run.track(`reading of ${what}`, read());
  run.track(`writing of ${what}`, writeTunnel(run, mine, sent, writable.getWriter()));
}

/** @param {Run} run @param {number} key @param {import("./bodies.mjs").Source} source @param {any} writer */
async function writeTunnel(run, key, { length, piece, kind }, writer) {
  writer.closed.catch(() => {});
  writer.ready.catch(() => {});
  const all = /** @type {Uint8Array} */ (run.sources.make({ kind: "o", length, piece }, key, "", run.gates));
  try {
    for (let at = 0; at < length; at += piece) {
      if (kind === "k") await run.gates.wait();
      await writer.write(all.subarray(at, Math.min(length, at + piece)));
    }
    await ("fgw".includes(kind) ? writer.abort(new Planted("tunnel")) : writer.close());
  } catch (error) {
    run.word(error);
  }
}
