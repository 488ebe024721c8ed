/** The model's input and its lines: where a line ends, and the place of the first fault in it. */

import {
  CONTROL,
  EXTENSION_OCTETS,
  EXTENSION_OCTETS_IN_ALL,
  FIELDS,
  type Found,
  found,
  LARGEST,
  REFUSED_BY_H11,
  type Role,
  SIZE_DIGITS,
  TARGET,
  TOKEN_CHARACTER,
  WHITESPACE,
} from "./model-grammar.ts";
import { Machine } from "./model-machine.ts";
import { Fault } from "./protocol.ts";
import type { Rule } from "./rules.ts";

/** A complete line of a head: content in [start, end), then its terminator; `next` is where the next line starts. */
export interface Line {
  start: number;
  end: number;
  next: number;
}

/** The lines of the head or trailer section at the front of the input; all but `complete` only saves time. */
export interface Section {
  lines: Line[];
  complete: boolean;
  searched: number;
  /** So many lines are known to have no fault. */
  sound: number;
  /** Where field lines start. */
  fields: Set<number>;
}

export const noLines = (): Section => ({ lines: [], complete: false, searched: 0, sound: 0, fields: new Set() });

/** The `allow` options, where they are not the default of the role. */
export interface Allowed {
  obsFold?: boolean;
  bareLf?: boolean;
  repeatedContentLength?: boolean;
  missingReasonSpace?: boolean;
  controlBytesInValues?: boolean;
  nonAsciiTarget?: boolean;
  chunkSizeWhitespace?: boolean;
}

export interface ModelLimits {
  head: number;
  trailers: number;
  chunkLine: number;
}

export class Lines extends Machine {
  protected input = "";
  protected consumed = 0;
  protected ended = false;
  protected section = noLines();
  protected extensionOctets = 0;
  protected readonly limits: ModelLimits;
  protected readonly allowed: Allowed;

  constructor(role: Role, rules: ReadonlySet<Rule>, limit?: number, allowed: Allowed = {}) {
    super(role, rules);
    this.allowed = allowed;
    this.limits = { head: limit ?? 65536, trailers: limit ?? 16384, chunkLine: limit ?? 8192 };
  }

  protected take(count: number): string {
    const taken = this.input.slice(0, count);
    this.input = this.input.slice(count);
    this.consumed += taken.length;
    this.section = noLines();
    return taken;
  }

  /** `spent`: so much h11 has taken out of its buffer when it finds the fault. */
  protected fail({ code, status, at }: Found, spent = 0): never {
    const fault = new Fault("RemoteProtocolError", status, code, this.consumed + at);
    this.take(spent);
    throw fault;
  }

  /** Finds the lines of the head or trailer section at the front of the input, going on where it stopped. */
  protected findLines(): Section {
    const { section, input } = this;
    while (!section.complete) {
      const start = section.lines.at(-1)?.next ?? 0;
      const feed = input.indexOf("\n", Math.max(start, section.searched));
      section.searched = input.length;
      if (feed === -1) break;
      const end = feed > start && input[feed - 1] === "\r" ? feed - 1 : feed;
      section.lines.push({ start, end, next: feed + 1 });
      section.complete = start === end;
      section.searched = feed + 1;
    }
    return section;
  }

  /**
   * The first fault of the section: a complete line's at any place; an incomplete one's only when nothing can change it
   * any more. `limit` and what passing it is called count like a fault at the octet that passes it.
   */
  protected faultOf(section: Section, kind: "request" | "response" | "trailers"): Found | null {
    const { input, ended } = this;
    const limit = kind === "trailers" ? this.limits.trailers : this.limits.head;
    const size = section.complete ? (section.lines.at(-1)?.next ?? 0) : input.length;
    const rule = kind === "trailers" ? "trailer-limit" : "head-limit";
    const over = size > limit && this.rules.has(rule);
    let fault: Found | null = null;
    while (fault === null && section.sound < section.lines.length) {
      const next = section.lines[section.sound]?.next ?? 0;
      fault = this.scanLine(kind, section, section.sound, input.slice(0, over ? Math.min(next, limit) : next));
      if (fault === null) section.sound += 1;
    }
    const rest = section.lines.at(-1)?.next ?? 0;
    if (fault === null && !section.complete && rest < (over ? limit : input.length) && (ended || over || rest === 0)) {
      // While the line can go on, only its first octet is looked at: the second says whether a CR there is bare.
      fault = this.scanLine(
        kind,
        section,
        section.lines.length,
        over ? input.slice(0, limit) : ended ? input : input.slice(0, 2),
      );
      if (!ended && !over && fault?.at !== 0) fault = null;
    }
    if (over && (fault === null || fault.at >= limit) && this.applies(rule)) {
      return found(kind === "trailers" ? "TRAILERS_TOO_LARGE" : "HEAD_TOO_LARGE", limit, 431);
    }
    return fault;
  }

  protected scanLine(
    kind: "request" | "response" | "trailers",
    section: Section,
    index: number,
    text: string,
  ): Found | null {
    const start = section.lines[index]?.start ?? section.lines.at(-1)?.next ?? 0;
    if (index === 0 && kind === "request") return this.scanRequestLine(text);
    if (index === 0 && kind === "response") return this.scanStatusLine(text);
    const first = kind === "trailers" ? 0 : 1;
    if (index > first && WHITESPACE.test(text[start] ?? "")) {
      const refused = this.allowed.obsFold === undefined ? this.our === "server" : !this.allowed.obsFold;
      if (refused && this.applies("obs-fold-refused")) return found("OBS_FOLD", start);
      return this.scanValue(text, start);
    }
    const isEnd = text[start] === "\r" || text[start] === "\n";
    if (!isEnd) section.fields.add(start);
    if (!isEnd && section.fields.size > FIELDS && this.applies("field-count-limit")) {
      return found("TOO_MANY_FIELDS", start, 431);
    }
    let at = start;
    while (TOKEN_CHARACTER.test(text[at] ?? "")) at += 1;
    if (at === text.length) return null;
    if (at === start) return this.scanLineEnd(text, at, "BAD_FIELD_NAME");
    return text[at] === ":" ? this.scanValue(text, at + 1) : found("BAD_FIELD_NAME", at);
  }

  protected scanRequestLine(text: string): Found | null {
    let at = 0;
    while (TOKEN_CHARACTER.test(text[at] ?? "")) at += 1;
    if (at === text.length) return null;
    if (at === 0 || text[at] !== " ") return found("BAD_METHOD", at);
    const target = at + 1;
    at = target;
    const visible = this.allowed.nonAsciiTarget ? /[\x21-\x7e\x80-\xff]/ : /[\x21-\x7e]/;
    while (visible.test(text[at] ?? "")) at += 1;
    if (at - target > TARGET && this.applies("target-limit")) return found("TARGET_TOO_LONG", target + TARGET, 414);
    if (at === text.length) return null;
    const lineEnds = text[at] === "\r" || text[at] === "\n";
    if (at === target || text[at] !== " ") return found(lineEnds && at > target ? "BAD_VERSION" : "BAD_TARGET", at);
    return this.scanVersion(text, at + 1) ?? this.scanLineEnd(text, at + 9, "BAD_VERSION");
  }

  protected scanVersion(text: string, start: number): Found | null {
    for (const [index, pattern] of ["H", "T", "T", "P", "/", "[0-9]", "\\.", "[0-9]"].entries()) {
      const octet = text[start + index];
      if (octet === undefined) return null;
      if (!new RegExp(pattern).test(octet)) return found("BAD_VERSION", start + index);
    }
    return null;
  }

  protected scanStatusLine(text: string): Found | null {
    const version = this.scanVersion(text, 0);
    if (version !== null) return version;
    for (const [index, pattern] of [
      " ",
      "[1-9]",
      "[0-9]",
      "[0-9]",
      this.allowed.missingReasonSpace === false ? " " : "[ \\r\\n]",
    ].entries()) {
      const octet = text[8 + index];
      if (octet === undefined) return null;
      if (!new RegExp(pattern).test(octet)) return found("BAD_STATUS", 8 + index);
    }
    let at = text[12] === " " ? 13 : 12;
    while (at < text.length && this.isReasonOctet(text[at] ?? "")) at += 1;
    return this.scanLineEnd(text, at, "BAD_REASON");
  }

  protected isReasonOctet(octet: string): boolean {
    if (REFUSED_BY_H11.test(octet)) return false;
    return !CONTROL.test(octet) || !this.applies("control-bytes-in-reason");
  }

  protected scanValue(text: string, start: number): Found | null {
    let at = start;
    while (at < text.length && this.isValueOctet(text[at] ?? "")) at += 1;
    return this.scanLineEnd(text, at, "BAD_FIELD_VALUE");
  }

  protected isValueOctet(octet: string): boolean {
    if (this.allowed.controlBytesInValues) return !/[\0\r\n]/.test(octet);
    if (REFUSED_BY_H11.test(octet)) return false;
    return !CONTROL.test(octet) || !this.applies("control-bytes");
  }

  /** Where a line may end: CRLF. Anything else breaks the rule of what is before it. */
  protected scanLineEnd(text: string, at: number, code: string): Found | null {
    const octet = text[at];
    if (octet === undefined) return null;
    if (octet === "\n") return !this.allowed.bareLf && this.applies("bare-lf-refused") ? found("BARE_LF", at) : null;
    if (octet !== "\r") return found(code, at);
    return text[at + 1] === undefined || text[at + 1] === "\n" ? null : found("BARE_CR", at);
  }

  protected scanChunkLine(line: string): Found | null {
    const digits = /^[0-9A-Fa-f]*/.exec(line)?.[0] ?? "";
    if (digits === "") return found("BAD_CHUNK_SIZE", 0);
    const tooLarge = [...digits].findIndex((_, index) => Number.parseInt(digits.slice(0, index + 1), 16) > LARGEST);
    if (
      digits.length > SIZE_DIGITS &&
      (tooLarge === -1 || tooLarge >= SIZE_DIGITS) &&
      this.applies("chunk-size-digits")
    ) {
      return found("CHUNK_SIZE_TOO_LONG", SIZE_DIGITS, 413);
    }
    if (tooLarge !== -1 && this.applies("integer-range")) return found("CHUNK_SIZE_TOO_LARGE", tooLarge);
    if (digits.length > 20) return found("BAD_CHUNK_SIZE", 20);
    const first = digits.length;
    const { fault, reached } = this.scanExtensions(line, first);
    const most = Math.min(EXTENSION_OCTETS, EXTENSION_OCTETS_IN_ALL - this.extensionOctets);
    if (reached - first > most && this.applies("chunk-extension-limit")) {
      return found("CHUNK_EXTENSIONS_TOO_LARGE", first + most, 413);
    }
    return fault;
  }

  /** What follows a chunk size, up to the line end; `reached` is the first octet that is not part of it. */
  protected scanExtensions(line: string, first: number): { fault: Found | null; reached: number } {
    const rest = line.slice(first);
    const body = /^[^\r\n]*/.exec(rest)?.[0] ?? "";
    const h11 = /^(?:;[^\n]*)?[ \t]*\r\n$/.test(rest);
    const fault = this.extensionFault(line, first);
    const reached = fault?.at ?? first + body.length;
    if (fault === null) {
      const grammarOnly = !h11 && line.endsWith("\r\n") && !this.applies("chunk-extension-grammar");
      return { fault: grammarOnly ? found("BAD_CHUNK_EXTENSION", first) : null, reached };
    }
    if (!h11) return { fault, reached };
    const rule = /^[ \t]+\r\n$/.test(rest) ? "chunk-size-whitespace" : "chunk-extension-grammar";
    return this.applies(rule) ? { fault, reached } : { fault: null, reached };
  }

  /** RFC 9112 7.1.1, octet by octet, for the place of the first fault. */
  protected extensionFault(line: string, first: number): Found | null {
    let at = first;
    const skip = (pattern: RegExp) => {
      const from = at;
      while (at < line.length && pattern.test(line[at] ?? "")) at += 1;
      return at > from;
    };
    for (;;) {
      const code = at === first ? "BAD_CHUNK_SIZE" : "BAD_CHUNK_EXTENSION";
      const gap = at;
      const spaces = skip(WHITESPACE);
      if (at === line.length) return null;
      if (line[at] === "\r" || line[at] === "\n") {
        if (spaces && !this.allowed.chunkSizeWhitespace) return found(code, gap);
        if (line[at] === "\n") return found("BARE_LF", at);
        return line[at + 1] === undefined || line[at + 1] === "\n" ? null : found("BARE_CR", at);
      }
      if (line[at] !== ";") return found(code, at);
      at += 1;
      skip(WHITESPACE);
      const name = skip(TOKEN_CHARACTER);
      if (at === line.length) return null;
      if (!name) return found("BAD_CHUNK_EXTENSION", at);
      const nameEnd = at;
      skip(WHITESPACE);
      if (at === line.length) return null;
      if (line[at] !== "=") {
        at = nameEnd;
        continue;
      }
      at += 1;
      skip(WHITESPACE);
      if (at === line.length) return null;
      if (line[at] !== '"') {
        if (!skip(TOKEN_CHARACTER)) return found("BAD_CHUNK_EXTENSION", at);
        continue;
      }
      for (at += 1; line[at] !== '"'; at += 1) {
        if (line[at] === "\\") at += 1;
        if (at >= line.length) return null;
        if (CONTROL.test(line[at] ?? "")) return found("BAD_CHUNK_EXTENSION", at);
      }
      at += 1;
    }
  }
}
