// A second reader, written from the RFCs and the table of faults, not from the kernel: plain, slow, one octet at a time,
// with the meaning of values by regular expressions. The kernel must answer as it does.
import * as layout from "../../assembly/layout.ts";
import { FIELD_NAMES } from "../../assembly/names.ts";
import { type Answer, type Done, type Field, factNames, type LineAnswer, type LineScan, type Scan } from "./answer.ts";

// RFC 9110 5.6.2, 5.5, 5.6.4; RFC 5234 B.1
const TCHAR = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const VCHAR = /[\x21-\x7e]/;
const FIELD_OCTET = /[\t\x20-\x7e\x80-\xff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the controls are what is meant
const CONTROL = /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const QDTEXT = /[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]/;
const QUOTABLE = /[\t \x21-\x7e\x80-\xff]/;
const DIGIT = /[0-9]/;
const HEXDIG = /[0-9A-Fa-f]/;
const OWS = /[ \t]/;

const trimmed = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, "");

class Fault extends Error {
  readonly code: string;
  readonly at: number;

  constructor(code: string, at: number) {
    super(code);
    this.code = code;
    this.at = at;
  }
}

class More extends Error {}

/** A place in the input: it gives octets, and throws More at the end. */
class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  octet(): string {
    if (this.at >= this.text.length) throw new More();
    return this.text[this.at] as string;
  }

  is(set: RegExp): boolean {
    return set.test(this.octet());
  }

  /** As many octets of the set as there are. */
  run(set: RegExp): string {
    const from = this.at;
    while (this.at < this.text.length && this.is(set)) this.at++;
    return this.text.slice(from, this.at);
  }

  fault(code: string, at = this.at): never {
    throw new Fault(code, at);
  }

  /** CRLF, or LF where it may stand alone; anything else is a fault of what came before. */
  lineEnd(code: string, bareLf: boolean): void {
    if (this.octet() === "\n") {
      if (!bareLf) this.fault("BARE_LF");
    } else if (this.octet() === "\r") {
      const cr = this.at++;
      if (this.octet() !== "\n") this.fault("BARE_CR", cr);
    } else {
      this.fault(code);
    }
    this.at++;
  }
}

// --- heads ------------------------------------------------------------------------------------------------------

interface Line {
  name: string;
  value: string;
  /** Where the value begins; behind a fold a place counts the joined value, as from here. */
  at: number;
}

export function readHead(text: string, scan: Scan = {}): Answer {
  const { what = layout.REQUEST, allow = 0, maxFields = layout.MAX_FIELDS, maxTarget = layout.INPUT_SIZE } = scan;
  const cursor = new Cursor(text);
  const may = (bit: number) => (allow & bit) !== 0;
  const lines: Line[] = [];
  let resume = 0;
  let count = 0;
  try {
    let start: Partial<Done> = {};
    if (what === layout.REQUEST) start = readRequestLine(cursor, may, maxTarget);
    if (what === layout.RESPONSE) start = readStatusLine(cursor, may);
    resume = cursor.at;
    const folds = () => {
      const parts: [text: string, from: number][] = [];
      while (cursor.is(OWS)) {
        if (!may(layout.ALLOW_OBS_FOLD)) cursor.fault("OBS_FOLD");
        resume = cursor.at;
        count = lines.length;
        parts.push(readValueLine(cursor, may));
      }
      return parts;
    };
    if (what === layout.RESUMED && cursor.is(OWS)) {
      folds();
      resume = cursor.at;
    }
    while (cursor.octet() !== "\r" && cursor.octet() !== "\n") {
      if (lines.length === maxFields) cursor.fault("TOO_MANY_FIELDS");
      const name = cursor.run(TCHAR);
      if (name === "" || cursor.octet() !== ":") cursor.fault("BAD_FIELD_NAME");
      cursor.at++;
      const first = readValueLine(cursor, may);
      // Whether the line is the whole field shows in the octet behind it.
      const after = cursor.octet();
      lines.push({ name, ...joinFolds([first]) });
      if (OWS.test(after)) lines[lines.length - 1] = { name, ...joinFolds([first, ...folds()]) };
      resume = cursor.at;
      count = lines.length;
    }
    const fieldsEnd = cursor.at;
    cursor.lineEnd("", may(layout.ALLOW_BARE_LF));
    return { outcome: "done", consumed: cursor.at, ...start, ...meaning(what, lines, text, start), fieldsEnd };
  } catch (error) {
    if (error instanceof Fault) return { outcome: "fault", code: error.code, at: error.at };
    if (error instanceof More) return { outcome: "more", resume, count };
    throw error;
  }
}

type May = (bit: number) => boolean;

function readRequestLine(cursor: Cursor, may: May, maxTarget: number): Partial<Done> {
  const method = cursor.run(TCHAR);
  if (cursor.octet() !== " " || method === "") cursor.fault("BAD_METHOD");
  const methodEnd = cursor.at++;
  const from = cursor.at;
  const sound = () => cursor.is(VCHAR) || (may(layout.ALLOW_HIGH_TARGET) && cursor.octet() >= "\x80");
  while (sound()) {
    if (cursor.at - from === maxTarget) cursor.fault("TARGET_TOO_LONG");
    cursor.at++;
  }
  const targetEnd = cursor.at;
  if (targetEnd === from) cursor.fault("BAD_TARGET");
  if (/[\r\n]/.test(cursor.octet())) cursor.fault("BAD_VERSION");
  if (cursor.octet() !== " ") cursor.fault("BAD_TARGET");
  cursor.at++;
  const version = readVersion(cursor);
  cursor.lineEnd("BAD_VERSION", may(layout.ALLOW_BARE_LF));
  const methods = ["", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
  return { method: Math.max(0, methods.indexOf(method)), methodEnd, targetEnd, version };
}

function readVersion(cursor: Cursor): number {
  for (const set of [/H/, /T/, /T/, /P/, /\//, DIGIT, /\./, DIGIT]) {
    if (!cursor.is(set)) cursor.fault("BAD_VERSION");
    cursor.at++;
  }
  return Number(cursor.text.slice(cursor.at - 3, cursor.at).replace(".", ""));
}

function readStatusLine(cursor: Cursor, may: May): Partial<Done> {
  const version = readVersion(cursor);
  for (const set of [/ /, /[1-9]/, DIGIT, DIGIT]) {
    if (!cursor.is(set)) cursor.fault("BAD_STATUS");
    cursor.at++;
  }
  const status = Number(cursor.text.slice(cursor.at - 3, cursor.at));
  if (cursor.octet() === " ") cursor.at++;
  else if (!may(layout.ALLOW_MISSING_REASON_SPACE) || !cursor.is(/[\r\n]/)) cursor.fault("BAD_STATUS");
  const reason = cursor.run(FIELD_OCTET);
  cursor.lineEnd("BAD_REASON", may(layout.ALLOW_BARE_LF));
  return { version, status, reason };
}

/** What stands up to the line's end, and where it begins. */
function readValueLine(cursor: Cursor, may: May): [text: string, from: number] {
  const from = cursor.at;
  const sound = () => cursor.is(FIELD_OCTET) || (may(layout.ALLOW_CONTROL_OCTETS) && cursor.is(CONTROL));
  while (sound()) cursor.at++;
  const value = cursor.text.slice(from, cursor.at);
  cursor.lineEnd("BAD_FIELD_VALUE", may(layout.ALLOW_BARE_LF));
  return [value, from];
}

/** Each fold, with the white space around it, is one SP; none is left at the ends (RFC 9112 5.2). */
function joinFolds(parts: [text: string, from: number][]): Omit<Line, "name"> {
  const [first, from] = parts[0] as [string, number];
  const pieces = parts.map(([text]) => trimmed(text)).filter((piece) => piece !== "");
  return { value: pieces.join(" "), at: from + first.search(/[^ \t]|$/) };
}

// --- what fields mean -------------------------------------------------------------------------------------------

const NAMES = FIELD_NAMES.trim().toLowerCase().split(/\s+/);

/** #element of all field lines with this name (RFC 9110 5.6.1), empty ones left out. */
function members(lines: Line[], name: string): string[] {
  return lines
    .filter((line) => line.name.toLowerCase() === name)
    .flatMap(({ value }) => value.split(","))
    .map(trimmed)
    .filter((member) => member !== "");
}

function meaning(what: number, lines: Line[], text: string, start: Partial<Done>) {
  const fields: Field[] = lines.map(({ name, value }) => [name, value, NAMES.indexOf(name.toLowerCase()) + 1]);
  const has = (name: string, word: string) => members(lines, name).some((member) => member.toLowerCase() === word);
  const named = (name: string) => lines.filter((line) => line.name.toLowerCase() === name);
  let facts = 0;
  const says = (holds: boolean, fact: number) => {
    if (holds) facts |= fact;
  };

  const line = text.slice((start.methodEnd ?? -1) + 1, start.targetEnd ?? 0);
  says(/[\x80-\xff]/.test(line + (start.reason ?? "") + lines.map(({ value }) => value).join("")), layout.HIGH);
  says(start.method === layout.METHOD_CONNECT && isAuthority(line), layout.AUTHORITY);
  says(named("connection").length > 0, layout.CONNECTION);
  says(has("connection", "close"), layout.CLOSE);
  says(has("connection", "keep-alive"), layout.KEEP_ALIVE);
  says(has("connection", "upgrade"), layout.CONNECTION_UPGRADE);
  says(has("expect", "100-continue"), layout.EXPECT_CONTINUE);
  says(members(lines, "upgrade").length > 0, layout.UPGRADE);
  const first = NAMES.indexOf("content-length") + 1;
  const last = NAMES.indexOf("www-authenticate") + 1;
  says(
    what === layout.TRAILERS && fields.some(([, , identity]) => identity >= first && identity <= last),
    layout.NOT_FOR_TRAILERS,
  );

  const codings = named("transfer-encoding");
  const list = members(codings, "transfer-encoding").map((coding) => coding.toLowerCase());
  says(codings.length > 0, layout.CODING);
  says(codings.length === 1 && codings[0]?.value.toLowerCase() === "chunked", layout.CHUNKED);
  says(list[list.length - 1] === "chunked", layout.CODING_ENDS_CHUNKED);
  says(
    list.some((coding) => coding !== "chunked"),
    layout.CODING_OTHER,
  );

  const hosts = named("host");
  const host = hosts[0] && readHost(hosts[0]);
  const isRepeated = host?.bad === undefined && hosts.length > 1;
  says(host !== undefined, layout.HOST);
  says(host?.bad !== undefined, layout.HOST_BAD);
  says(isRepeated, layout.HOST_REPEATED);

  const length = readLengths(named("content-length"));
  facts |= length.facts;
  return {
    facts: factNames(facts),
    fields,
    nameOctets: lines.reduce((sum, { name }) => sum + name.length, 0),
    valueOctets: lines.reduce((sum, { value }) => sum + value.length, 0),
    length: length.value,
    lengthAt: length.at,
    codingAt: codings[codings.length - 1]?.at,
    hostAt: isRepeated ? (hosts[1] as Line).at : host && (host.bad ?? host.end),
  };
}

/** Content-Length: the first fault that cannot be allowed counts, else the first repetition, else the number. */
function readLengths(lines: Line[]): { facts: number; value: number | undefined; at: number | undefined } {
  let facts = 0;
  let value: number | undefined;
  let at: number | undefined;
  for (const line of lines) {
    let from = 0;
    for (const member of line.value.split(",")) {
      const lead = member.search(/[^ \t]|$/);
      const digits = /^[ \t]*([0-9]*)/.exec(member)?.[1] ?? "";
      const number = digits === "" ? undefined : BigInt(digits);
      let fact = 0;
      if (number === undefined || trimmed(member) !== digits) fact = layout.LENGTH_BAD;
      else if (number > BigInt(Number.MAX_SAFE_INTEGER)) fact = layout.LENGTH_TOO_LARGE;
      else if (value !== undefined && BigInt(value) !== number) fact = layout.LENGTH_CONFLICT;
      else if (value !== undefined) fact = layout.LENGTH_REPEATED;
      else value = Number(number);
      const place = line.at + from + lead + (fact === layout.LENGTH_BAD ? digits.length : 0);
      if (fact !== layout.LENGTH_REPEATED || !(facts & layout.LENGTH_REPEATED)) at = place;
      facts |= layout.LENGTH | fact;
      const final = layout.LENGTH_BAD | layout.LENGTH_TOO_LARGE;
      if (fact & final) return { facts, value: undefined, at };
      if (fact === layout.LENGTH_CONFLICT) return { facts, value, at };
      from += member.length + 1;
    }
  }
  return { facts, value, at };
}

// --- hosts (RFC 3986 3.2.2, 3.2.3; RFC 9110 7.2) ------------------------------------------------------------------

const OCTET4 = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])";
const ADDRESS4 = `${OCTET4}\\.${OCTET4}\\.${OCTET4}\\.${OCTET4}`;
const H16 = "[0-9A-Fa-f]{1,4}";
const LS32 = `(?:${H16}:${H16}|${ADDRESS4})`;
const ADDRESS6 = [
  `(?:${H16}:){6}${LS32}`,
  `::(?:${H16}:){5}${LS32}`,
  `(?:${H16})?::(?:${H16}:){4}${LS32}`,
  `(?:(?:${H16}:){0,1}${H16})?::(?:${H16}:){3}${LS32}`,
  `(?:(?:${H16}:){0,2}${H16})?::(?:${H16}:){2}${LS32}`,
  `(?:(?:${H16}:){0,3}${H16})?::${H16}:${LS32}`,
  `(?:(?:${H16}:){0,4}${H16})?::${LS32}`,
  `(?:(?:${H16}:){0,5}${H16})?::${H16}`,
  `(?:(?:${H16}:){0,6}${H16})?::`,
].join("|");
const FUTURE = "[vV][0-9A-Fa-f]+\\.[A-Za-z0-9\\-._~!$&'()*+,;=:]+";
const LITERAL = new RegExp(`^\\[(?:${ADDRESS6}|${FUTURE})\\]`);
const REG_NAME = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*/;

/** How many octets of the text are a uri-host. */
export function hostLength(text: string): number {
  return ((text.startsWith("[") ? LITERAL : REG_NAME).exec(text)?.[0] ?? "").length;
}

function readHost(line: Line): { end: number; bad: number | undefined } {
  const length = hostLength(line.value);
  const port = /^:[0-9]*/.exec(line.value.slice(length))?.[0].length ?? 0;
  const end = line.at + length + port;
  return { end, bad: length + port < line.value.length ? end : undefined };
}

function isAuthority(target: string): boolean {
  const host = hostLength(target);
  const port = /^:([0-9]+)$/.exec(target.slice(host))?.[1];
  return host > 0 && port !== undefined && Number(port) <= 65535;
}

// --- chunk-size lines (RFC 9112 7.1) ----------------------------------------------------------------------------

export function readChunkLine(text: string, scan: LineScan = {}): LineAnswer {
  const { allow = 0, maxDigits = 16, maxExtensions = 4096 } = scan;
  const cursor = new Cursor(text);
  let extensions: number | undefined;
  /** The extensions' limit is a fault like any other: the lower offset counts. */
  const within = (fault: { outcome: "fault"; code: string; at: number } | undefined, reached: number) =>
    extensions !== undefined && reached > extensions + maxExtensions
      ? { outcome: "fault" as const, code: "CHUNK_EXTENSIONS_TOO_LARGE", at: extensions + maxExtensions }
      : fault;
  try {
    let size = 0n;
    while (cursor.is(HEXDIG)) {
      if (cursor.at === maxDigits) cursor.fault("CHUNK_SIZE_TOO_LONG");
      size = size * 16n + BigInt(`0x${cursor.octet()}`);
      if (size > BigInt(Number.MAX_SAFE_INTEGER)) cursor.fault("CHUNK_SIZE_TOO_LARGE");
      cursor.at++;
    }
    if (cursor.at === 0) cursor.fault("BAD_CHUNK_SIZE");
    extensions = cursor.at;
    readExtensions(cursor, (allow & layout.ALLOW_CHUNK_SIZE_SPACE) !== 0);
    const tooMany = within(undefined, cursor.at);
    if (tooMany) return tooMany;
    const octetCount = cursor.at - extensions;
    extensions = undefined;
    cursor.lineEnd("", false);
    return { outcome: "done", consumed: cursor.at, size: Number(size), extensions: octetCount };
  } catch (error) {
    if (error instanceof Fault) {
      const { code, at } = error;
      return within({ outcome: "fault", code, at }, at) as LineAnswer;
    }
    if (error instanceof More) return within(undefined, text.length) ?? { outcome: "more" };
    throw error;
  }
}

/** *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ), up to the line's end. */
function readExtensions(cursor: Cursor, mayEndInSpace: boolean): void {
  const first = cursor.at;
  while (true) {
    const code = cursor.at === first ? "BAD_CHUNK_SIZE" : "BAD_CHUNK_EXTENSION";
    const gap = cursor.at;
    cursor.run(OWS);
    if (cursor.is(/[\r\n]/)) {
      if (cursor.at > gap && !mayEndInSpace) cursor.fault(code, gap);
      return;
    }
    if (cursor.octet() !== ";") cursor.fault(code);
    cursor.at++;
    cursor.run(OWS);
    if (cursor.run(TCHAR) === "" && cursor.octet()) cursor.fault("BAD_CHUNK_EXTENSION");
    const name = cursor.at;
    cursor.run(OWS);
    if (cursor.octet() !== "=") {
      cursor.at = name;
      continue;
    }
    cursor.at++;
    cursor.run(OWS);
    if (cursor.octet() !== '"') {
      if (cursor.run(TCHAR) === "") cursor.fault("BAD_CHUNK_EXTENSION");
      continue;
    }
    cursor.at++;
    while (cursor.octet() !== '"') {
      if (cursor.octet() === "\\") {
        cursor.at++;
        if (!cursor.is(QUOTABLE)) cursor.fault("BAD_CHUNK_EXTENSION");
      } else if (!cursor.is(QDTEXT)) cursor.fault("BAD_CHUNK_EXTENSION");
      cursor.at++;
    }
    cursor.at++;
  }
}
