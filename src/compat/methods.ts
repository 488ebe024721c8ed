// The methods, numbered as llhttp numbers them, which is what Node's http expects.
import { METHOD_NAMES } from "../http1/methods.ts";

const NAMES =
  "DELETE GET HEAD POST PUT CONNECT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND " +
  "UNBIND ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK " +
  "UNLINK SOURCE PRI DESCRIBE ANNOUNCE SETUP PLAY PAUSE TEARDOWN GET_PARAMETER SET_PARAMETER REDIRECT RECORD FLUSH " +
  "QUERY";

/**
 * Method names by number: the 34 of http-parser-js, and QUERY where llhttp has it. Those between are RTSP's and HTTP/2's:
 * they keep the numbers right and are not accepted.
 */
export const methods: string[] = NAMES.split(" ");

const SOURCE = 33;
const QUERY = 46;

/** The number of each method that is accepted. */
const NUMBERS: ReadonlyMap<string, number> = new Map(
  methods.map((name, number) => [name, number] as const).filter(([, number]) => number <= SOURCE || number === QUERY),
);

/** By the kernel's number; -1 for those that the kernel does not know. */
const BY_KERNEL: readonly number[] = METHOD_NAMES.map((name) => NUMBERS.get(name) ?? -1);

/** The number of the method that a head named, or -1. */
export function methodNumber({ method, methodName }: { method: number; methodName: string }): number {
  const number = BY_KERNEL[method] as number;
  return number >= 0 ? number : (NUMBERS.get(methodName) ?? -1);
}
