// sansio/node-http: Node's own http on our parser. It replaces what Node hands out in its pool of parsers, which is no
// public interface: tried on Node 20, 22, 24 and 26. Importing it installs it.
import { BRAND, NodeParser, type Slots } from "./parser.ts";

/** Of Node's module `_http_common`, what is used. */
interface HttpCommon {
  readonly HTTPParser: Omit<Slots, "refusesFields"> & { readonly REQUEST: number };
  readonly parsers: Pool;
}

interface Pool {
  readonly ctor: () => object;
  readonly max: number;
  alloc(): object;
  free(parser: object): boolean;
}

function httpCommon(): HttpCommon {
  const common = process.getBuiltinModule("_http_common" as "http") as unknown as Partial<HttpCommon> | undefined;
  const isKnown = typeof common?.parsers?.alloc === "function" && typeof common.HTTPParser?.kOnBody === "number";
  if (!isKnown) throw new Error(`sansio/node-http does not know the http of Node ${process.version}`);
  return common as HttpCommon;
}

/** A pool that hands out ours, of whichever copy of this package (ESM, CommonJS): they take turns, and do not pile up. */
function isOurs({ alloc }: Pool): boolean {
  return (alloc as { [BRAND]?: true })[BRAND] === true;
}

/**
 * From now on servers and clients of node:http and node:https in this process read with our parser: connections that are made
 * from now on. Idempotent.
 * @throws Error on a version of Node whose http is made otherwise
 */
export function install(): void {
  const { parsers, HTTPParser } = httpCommon();
  if (isOurs(parsers)) return;
  const { kOnMessageBegin, kOnHeaders, kOnHeadersComplete, kOnBody, kOnMessageComplete } = HTTPParser;
  const slots: Slots = {
    kOnMessageBegin,
    kOnHeaders,
    kOnHeadersComplete,
    kOnBody,
    kOnMessageComplete,
    refusesFields: refusesFields(httpCommon()),
  };
  const sample = parsers.ctor();
  const pool: NodeParser[] = [];
  // With the callbacks and properties that Node has put into one of its own.
  const make = () => Object.assign(new NodeParser(slots), sample, { _headers: [] });
  parsers.alloc = Object.assign(() => pool.pop() ?? make(), { [BRAND]: true });
  parsers.free = function free(this: Pool, parser) {
    if (!(parser instanceof NodeParser)) return freeTheirs(this, parser);
    if (pool.length >= this.max) return false;
    pool.push(parser);
    return true;
  };
}

/** Node's own parser again, for connections that are made from now on. Idempotent. */
export function uninstall(): void {
  const { parsers } = httpCommon();
  if (!isOurs(parsers)) return;
  // Ours were own properties: behind them are Node's. Parsers in use go to no pool any more.
  Reflect.deleteProperty(parsers, "alloc");
  parsers.free = function free(this: Pool, parser) {
    return freeTheirs(this, parser);
  };
}

/** One of Node's own parsers goes back to Node's pool; one of another copy of this package to none. */
function freeTheirs(pool: Pool, parser: object): boolean {
  if (BRAND in parser) return false;
  return (Object.getPrototypeOf(pool) as Pool).free.call(pool, parser);
}

/** Asks one of Node's own parsers: what does this version do with more fields than are wanted? */
function refusesFields({ parsers, HTTPParser }: HttpCommon): boolean {
  const parser = parsers.ctor() as NodeParser;
  for (const slot of [HTTPParser.kOnHeaders, HTTPParser.kOnHeadersComplete, HTTPParser.kOnMessageComplete]) {
    parser[slot] = () => 0;
  }
  parser.initialize(HTTPParser.REQUEST, { type: "HTTPINCOMINGMESSAGE" });
  parser.maxHeaderPairs = 2;
  const result = parser.execute(Buffer.from("GET / HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n"));
  parser.close();
  return typeof result !== "number";
}

install();
