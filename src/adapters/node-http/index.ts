// sansio/node-http: runs Node's own http on our parser by replacing the parsers that Node's pool hands out. The pool is
// not a public interface; tested on Node 20, 22, 24 and 26. Importing this module installs it.
import { BRAND, NodeParser, type Slots } from "./parser.ts";

/** The part of Node's `_http_common` module that is used. */
interface HttpCommon {
  readonly HTTPParser: Omit<Slots, "refusesFields"> & { readonly REQUEST: number; readonly prototype: object };
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

/**
 * Whether the pool already hands out our parsers, from any copy of this package (ESM or CommonJS): the copies replace
 * each other rather than stack.
 */
function isOurs({ alloc }: Pool): boolean {
  return (alloc as { [BRAND]?: true })[BRAND] === true;
}

/**
 * Makes the servers and clients of node:http and node:https in this process use our parser, for all connections made
 * from now on. Idempotent.
 * @throws Error on a version of Node whose http is built differently
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
  // Node finds out by instanceof that a socket it gives to another process has a parser to be freed.
  Object.setPrototypeOf(NodeParser.prototype, HTTPParser.prototype);
  const sample = parsers.ctor();
  const pool: NodeParser[] = [];
  // Has the callbacks and properties that Node sets on its own parsers.
  const make = () => Object.assign(new NodeParser(slots), sample, { _headers: [] });
  parsers.alloc = Object.assign(() => pool.pop() ?? make(), { [BRAND]: true });
  parsers.free = function free(this: Pool, parser) {
    if (!(parser instanceof NodeParser)) return freeTheirs(this, parser);
    if (pool.length >= this.max) return false;
    pool.push(parser);
    return true;
  };
}

/** Restores Node's own parser, for all connections made from now on. Idempotent. @throws Error as `install` does */
export function uninstall(): void {
  const { parsers } = httpCommon();
  if (!isOurs(parsers)) return;
  // Ours were own properties that hid Node's. Our parsers still in use no longer return to any pool.
  Reflect.deleteProperty(parsers, "alloc");
  parsers.free = function free(this: Pool, parser) {
    return freeTheirs(this, parser);
  };
}

/** Returns one of Node's own parsers to Node's pool, and one from another copy of this package to no pool. */
function freeTheirs(pool: Pool, parser: object): boolean {
  if (BRAND in parser) return false;
  return (Object.getPrototypeOf(pool) as Pool).free.call(pool, parser);
}

/** Finds out, by asking one of Node's own parsers, whether this version refuses more fields than are wanted. */
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
