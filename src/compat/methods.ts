// The methods, with llhttp's numbering, which Node's http expects.
import { METHOD_NAMES } from "../http1/methods.ts";

const NAMES =
  "DELETE GET HEAD POST PUT CONNECT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND " +
  "UNBIND ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK " +
  "UNLINK SOURCE PRI DESCRIBE ANNOUNCE SETUP PLAY PAUSE TEARDOWN GET_PARAMETER SET_PARAMETER REDIRECT RECORD FLUSH " +
  "QUERY";

/**
 * Method names by number: the 34 of http-parser-js, and QUERY at llhttp's number. The ones in between belong to RTSP
 * and HTTP/2: they are there to keep the numbering and are not accepted.
 */
export const methods: string[] = NAMES.split(" ");

const SOURCE = 33;
const QUERY = 46;

/** The number of each accepted method. */
const NUMBERS: ReadonlyMap<string, number> = new Map(
  methods.map((name, number) => [name, number] as const).filter(([, number]) => number <= SOURCE || number === QUERY),
);

/** Accepted numbers, indexed by the kernel's method number; -1 at 0, which is any other method. */
const BY_KERNEL: readonly number[] = METHOD_NAMES.map((name) => NUMBERS.get(name) ?? -1);

/** Returns the number of a head's method, or -1 if it is not accepted. */
export function methodNumber({ method, methodName }: { method: number; methodName: string }): number {
  const number = BY_KERNEL[method] as number;
  return number >= 0 ? number : (NUMBERS.get(methodName) ?? -1);
}
