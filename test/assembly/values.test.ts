// What the kernel says of the fields that govern a message: facts, numbers, places. And of names: known in any case, and
// no others.
import { isIPv6 } from "node:net";
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { KNOWN_NAMES } from "../../src/shared/header-fields.ts";
import { BUILDS, newKernel, pick, random } from "../helpers.ts";
import { type Done, type Scan, scanHead } from "./answer.ts";

const { TRAILERS, ALLOW_CONTROL_OCTETS, ALLOW_OBS_FOLD } = layout;
const SAFE = "9007199254740991"; // 2^53-1

/** The values of one field, a line each; the facts without those that every such field has; the place in the last line. */
type Row = [values: string[], facts: string, at?: number, length?: number];

const LENGTHS: Row[] = [
  [["0"], "LENGTH", 0, 0],
  [["5"], "LENGTH", 0, 5],
  [["00000000000000000000000000000000005"], "LENGTH", 0, 5],
  [[SAFE], "LENGTH", 0, Number.MAX_SAFE_INTEGER],
  [[`000${SAFE}`], "LENGTH", 0, Number.MAX_SAFE_INTEGER],
  [["9007199254740992"], "LENGTH LENGTH_TOO_LARGE", 0],
  [["9007199254740993"], "LENGTH LENGTH_TOO_LARGE", 0],
  [[`${SAFE}0`], "LENGTH LENGTH_TOO_LARGE", 0],
  [[`${SAFE}9`], "LENGTH LENGTH_TOO_LARGE", 0],
  [["18446744073709551616"], "LENGTH LENGTH_TOO_LARGE", 0],
  [["18446744073709551621"], "LENGTH LENGTH_TOO_LARGE", 0],
  [["9".repeat(400)], "LENGTH LENGTH_TOO_LARGE", 0],
  [[""], "LENGTH LENGTH_BAD", 0],
  [["+5"], "LENGTH LENGTH_BAD", 0],
  [["-5"], "LENGTH LENGTH_BAD", 0],
  [["0x5"], "LENGTH LENGTH_BAD", 1],
  [["5.0"], "LENGTH LENGTH_BAD", 1],
  [["5e3"], "LENGTH LENGTH_BAD", 1],
  [["1_0"], "LENGTH LENGTH_BAD", 1],
  [["5 5"], "LENGTH LENGTH_BAD", 1],
  [["5;"], "LENGTH LENGTH_BAD", 1],
  [['"5"'], "LENGTH LENGTH_BAD", 0],
  [["chunked"], "LENGTH LENGTH_BAD", 0],
  [["\xb2"], "LENGTH LENGTH_BAD", 0],
  [[`${"9".repeat(40)}x`], "LENGTH LENGTH_BAD", 40],
  // lists
  [["5,"], "LENGTH LENGTH_BAD", 2],
  [[",5"], "LENGTH LENGTH_BAD", 0],
  [["5,,5"], "LENGTH LENGTH_BAD", 2],
  [["5, 5"], "LENGTH LENGTH_REPEATED", 3, 5],
  [["5\t,\t05"], "LENGTH LENGTH_REPEATED", 4, 5],
  [["5,5,5"], "LENGTH LENGTH_REPEATED", 2, 5],
  [["5, 6"], "LENGTH LENGTH_CONFLICT", 3, 5],
  [["5,5,6"], "LENGTH LENGTH_REPEATED LENGTH_CONFLICT", 4, 5],
  [["5,6,x"], "LENGTH LENGTH_CONFLICT", 2, 5],
  [["5,x"], "LENGTH LENGTH_BAD", 2],
  [["5, 9007199254740992"], "LENGTH LENGTH_TOO_LARGE", 3],
  // several fields
  [["5", "5"], "LENGTH LENGTH_REPEATED", 0, 5],
  [["5", "05"], "LENGTH LENGTH_REPEATED", 0, 5],
  [["5", "6"], "LENGTH LENGTH_CONFLICT", 0, 5],
  [["5", "5", "6"], "LENGTH LENGTH_REPEATED LENGTH_CONFLICT", 0, 5],
  [["5", "x"], "LENGTH LENGTH_BAD", 0],
  [["5", ""], "LENGTH LENGTH_BAD", 0],
  [["5", "5", "9007199254740992"], "LENGTH LENGTH_REPEATED LENGTH_TOO_LARGE", 0],
];

/** The same, for a fault in a line that is not the last: the place is in the first line. */
const FIRST_LENGTHS: Row[] = [
  [["x", "5"], "LENGTH LENGTH_BAD", 0],
  [["5x", "5x"], "LENGTH LENGTH_BAD", 1],
  [["9007199254740992", "9007199254740992"], "LENGTH LENGTH_TOO_LARGE", 0],
  [["5,6", "7"], "LENGTH LENGTH_CONFLICT", 2, 5],
];

const CODINGS: Row[] = [
  [["chunked"], "CODING CHUNKED CODING_ENDS_CHUNKED"],
  [["CHUNKED"], "CODING CHUNKED CODING_ENDS_CHUNKED"],
  [["cHuNkEd"], "CODING CHUNKED CODING_ENDS_CHUNKED"],
  [[""], "CODING"],
  [[","], "CODING"],
  [["chunked,"], "CODING CODING_ENDS_CHUNKED"],
  [[",chunked"], "CODING CODING_ENDS_CHUNKED"],
  [["chunked, chunked"], "CODING CODING_ENDS_CHUNKED"],
  [["chunked", "chunked"], "CODING CODING_ENDS_CHUNKED"],
  [["identity"], "CODING CODING_OTHER"],
  [["gzip, chunked"], "CODING CODING_ENDS_CHUNKED CODING_OTHER"],
  [["gzip", "chunked"], "CODING CODING_ENDS_CHUNKED CODING_OTHER"],
  [["gzip, ,chunked ,"], "CODING CODING_ENDS_CHUNKED CODING_OTHER"],
  [["chunked, gzip"], "CODING CODING_OTHER"],
  [["chunked", "gzip"], "CODING CODING_OTHER"],
  [["chunked;q=1"], "CODING CODING_OTHER"],
  [["xchunked"], "CODING CODING_OTHER"],
  [["chunkedx"], "CODING CODING_OTHER"],
  [["chunke"], "CODING CODING_OTHER"],
  [["chunked chunked"], "CODING CODING_OTHER"],
  [['"chunked"'], "CODING CODING_OTHER"],
  [["chun\u00a0ked"], "CODING CODING_OTHER HIGH"],
  [["chunke\xe4"], "CODING CODING_OTHER HIGH"],
];

const TOKENS: [input: string, facts: string][] = [
  ["Connection: close", "CONNECTION CLOSE"],
  ["Connection: CLOSE", "CONNECTION CLOSE"],
  ["connection:", "CONNECTION"],
  ["Connection: ,", "CONNECTION"],
  ["Connection: keep-alive", "CONNECTION KEEP_ALIVE"],
  ["Connection: Keep-Alive, Upgrade", "CONNECTION KEEP_ALIVE CONNECTION_UPGRADE"],
  ["Connection: keep-alive ,\tclose", "CONNECTION KEEP_ALIVE CLOSE"],
  ["Connection: a\r\nConnection: b, close", "CONNECTION CLOSE"],
  ["Connection: close\r\nConnection: keep-alive", "CONNECTION KEEP_ALIVE CLOSE"],
  ["Connection: , ,close,", "CONNECTION CLOSE"],
  ["Connection: closed", "CONNECTION"],
  ["Connection: close keep-alive", "CONNECTION"],
  ["Connection: keepalive", "CONNECTION"],
  ["Connection: x-close", "CONNECTION"],
  ["Connection: te, upgrades", "CONNECTION"],
  ["Proxy-Connection: close", ""],
  ["Upgrade: websocket", "UPGRADE"],
  ["Upgrade: h2c, websocket/13", "UPGRADE"],
  ["Upgrade:", ""],
  ["Upgrade: , ,", ""],
  ["Upgrade: ,\r\nUpgrade: a", "UPGRADE"],
  ["Expect: 100-continue", "EXPECT_CONTINUE"],
  ["Expect: 100-Continue", "EXPECT_CONTINUE"],
  ["Expect: a, 100-continue ,b", "EXPECT_CONTINUE"],
  ["Expect: 200-ok", ""],
  ["Expect: 100-continue;q=1", ""],
  ["Expect: 100-continued", ""],
  ["Expect: 100 continue", ""],
  ["Expect:", ""],
  // Only what is compared whole is known: no octet with another bit passes for the word's.
  ["Expect: 100-Con\x54inue", "EXPECT_CONTINUE"],
  ["Connection: keep\x0calive", "CONNECTION"],
  ["Connection: \x03lose", "CONNECTION"],
  ["Transfer-Encoding: \x03hunked", "CODING CODING_OTHER"],
];

/** How many octets of the value are sound; none given: all. */
const HOSTS: [host: string, sound?: number][] = [
  [""],
  ["a"],
  ["example.com"],
  ["EXAMPLE.com."],
  ["example.com:"],
  ["example.com:80"],
  ["example.com:99999999"],
  [":80"],
  [":"],
  ["127.0.0.1:8080"],
  ["999.999.999.999"],
  ["xn--bcher-kva.example"],
  ["a_b"],
  ["!$&'()*+,;=~-._"],
  ["%41%2f%fF"],
  ["a%20b:1"],
  ["a".repeat(300)],
  ["a b", 1],
  ["a/b", 1],
  ["http://a", 5],
  ["user@a", 4],
  ["user:pw@a", 5],
  ["a:b", 2],
  ["a:80:80", 4],
  ["a:-1", 2],
  ["a:+1", 2],
  ["a: 80", 2],
  ["a?", 1],
  ["a#", 1],
  ["a\\b", 1],
  ["a<b", 1],
  ['"a"', 0],
  ["a^", 1],
  ["a|b", 1],
  ["b\xfccher", 1],
  ["a\tb", 1],
  ["%", 0],
  ["%4", 0],
  ["a%4g", 1],
  ["a%g4", 1],
  ["a%%41", 1],
  ["a%4", 1],
  // IP-literal: at fault as a whole, but what stands behind it
  ["[::1]"],
  ["[::1]:443"],
  ["[::1]:"],
  ["[::1]x", 5],
  ["[::1]]", 5],
  ["[::1]:x", 6],
  ["[::1", 0],
  ["[", 0],
  ["[]", 0],
  ["::1", 1],
  ["a[::1]", 1],
  ["[[::1]]", 0],
  ["[example.com]", 0],
  ["[127.0.0.1]", 0],
  ["[fe80::1%25eth0]", 0],
  ["[fe80::1%eth0]", 0],
  // IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
  ["[v1.a]"],
  ["[vF1.a:b!$&'()*+,;=~]:80"],
  ["[V7.x]"],
  ["[v.a]", 0],
  ["[v1a]", 0],
  ["[v1.]", 0],
  ["[vg.a]", 0],
  ["[v1.a/b]", 0],
  ["[v1.%41]", 0],
  ["[v]", 0],
  ["[1.a]", 0],
];

const ADDRESSES = [
  "::",
  "::1",
  "1::",
  "1:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7::",
  "::2:3:4:5:6:7:8",
  "1::8",
  "1:2::7:8",
  "a:B:c:D:e:F:0:9",
  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "0:0:0:0:0:0:0:0",
  "::1.2.3.4",
  "::ffff:1.2.3.4",
  "1:2:3:4:5:6:1.2.3.4",
  "1::1.2.3.4",
  "1:2:3:4:5::1.2.3.4",
  "64:ff9b::255.255.255.255",
  "::0.0.0.0",
  "",
  // and none of these
  ":",
  ":::",
  "1",
  "1:2",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:8::",
  "::1:2:3:4:5:6:7:8",
  "1::2::3",
  "1:::2",
  ":1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:",
  ":1",
  "1:",
  "12345::",
  "::12345",
  "g::",
  "::g",
  "1.2.3.4",
  "::1.2.3",
  "::1.2.3.4.5",
  "::256.2.3.4",
  "::1.2.3.04",
  "::1.2.3.a",
  "::1.2.3.",
  "::.1.2.3",
  "::1..2.3",
  "1.2.3.4::",
  "::1.2.3.4:5",
  "::1234.2.3.4",
  "1:2:3:4:5:6:7:1.2.3.4",
  "1:2:3:4:5:6::1.2.3.4",
  "1:2:3:4:5:1.2.3.4",
  "::00.1.2.3",
  "::1.2.3.4 ",
  " ::",
  "::ffff:1.2.3.4:80",
  "::%41",
  "::v1.a",
  "::1.a.3.4",
  "::999.2.3.4",
  "::1.2.3.456",
];

const AUTHORITIES: [target: string, sound: boolean][] = [
  ["a:1", true],
  ["a:0", true],
  ["a:65535", true],
  ["a:000080", true],
  ["a:00000000000000000000000000000000443", true],
  ["[::1]:443", true],
  ["1.2.3.4:5", true],
  ["a%41:1", true],
  ["a:65536", false],
  ["a:4294967297", false],
  ["a:18446744073709551697", false],
  ["a:", false],
  ["a", false],
  [":80", false],
  ["/", false],
  ["*", false],
  ["http://a:80/", false],
  ["a:80/", false],
  ["u@a:80", false],
  ["a:80:80", false],
  ["[::1]", false],
  ["[::1:443", false],
  ["a:8o", false],
  ["a:%38", false],
];

describe.each(BUILDS)("%s", (build) => {
  const kernel = newKernel(build);
  const done = (input: string, scan?: Scan) => {
    const answer = scanHead(kernel, input, { what: TRAILERS, ...scan });
    expect([input, answer.outcome]).toEqual([input, "done"]);
    return answer as Done;
  };
  const facts = (input: string, scan?: Scan) => done(input, scan).facts.filter((fact) => fact !== "NOT_FOR_TRAILERS");
  const sorted = (text: string) =>
    text
      .split(" ")
      .filter((word) => word !== "")
      .sort();
  const lines = (name: string, values: string[]) => values.map((value) => `${name}: ${value}\r\n`).join("");
  /** Where the value of this line begins. */
  const valueAt = (name: string, values: string[], line: number) =>
    lines(name, values.slice(0, line)).length + name.length + 2;

  test.each(LENGTHS)("Content-Length %j: %s", (values, wanted, at, length) => {
    const name = "Content-Length";
    const answer = done(`${lines(name, values)}\r\n`);
    expect(answer.facts.filter((fact) => !/NOT_FOR_TRAILERS|HIGH/.test(fact)).sort()).toEqual(sorted(wanted));
    expect([answer.lengthAt, answer.length]).toEqual([valueAt(name, values, values.length - 1) + (at ?? 0), length]);
  });

  test.each(FIRST_LENGTHS)("Content-Length %j: %s, in the first", (values, wanted, at, length) => {
    const answer = done(`${lines("content-length", values)}\r\n`);
    expect(answer.facts.filter((fact) => fact !== "NOT_FOR_TRAILERS").sort()).toEqual(sorted(wanted));
    expect([answer.lengthAt, answer.length]).toEqual([valueAt("content-length", values, 0) + (at ?? 0), length]);
  });

  test.each(CODINGS)("Transfer-Encoding %j: %s", (values, wanted) => {
    const name = "Transfer-Encoding";
    expect(facts(`${lines(name, values)}\r\n`).sort()).toEqual(sorted(wanted));
    expect(done(`${lines(name, values)}\r\n`).codingAt).toBe(valueAt(name, values, values.length - 1));
  });

  // Several lines mean what their joined list means (RFC 9110 5.3).
  test("an empty line of Transfer-Encoding changes nothing", () => {
    const joined = facts("Transfer-Encoding: gzip, chunked,\r\n\r\n");
    expect(facts("Transfer-Encoding: gzip, chunked\r\nTransfer-Encoding:\r\n\r\n")).toEqual(joined);
  });

  test.each(TOKENS)("%j: %s", (input, wanted) => {
    expect(facts(`${input}\r\n\r\n`, { allow: ALLOW_CONTROL_OCTETS }).sort()).toEqual(sorted(wanted));
  });

  test("no octet but its other case passes for one of a word", () => {
    const words: [name: string, word: string, fact: string][] = [
      ["Connection", "close", "CLOSE"],
      ["Connection", "keep-alive", "KEEP_ALIVE"],
      ["Connection", "upgrade", "CONNECTION_UPGRADE"],
      ["Expect", "100-continue", "EXPECT_CONTINUE"],
      ["Transfer-Encoding", "chunked", "CHUNKED"],
    ];
    const wrong: string[] = [];
    for (const [name, word, fact] of words) {
      for (let place = 0; place < word.length; place++) {
        for (let code = 1; code < 256; code++) {
          const octet = String.fromCharCode(code);
          if (/[\r\n]/.test(octet)) continue;
          const value = word.slice(0, place) + octet + word.slice(place + 1);
          const wanted = octet.toLowerCase() === word[place];
          const got = facts(`${name}: ${value}\r\n\r\n`, { allow: ALLOW_CONTROL_OCTETS }).includes(fact);
          if (got !== wanted) wrong.push(JSON.stringify(value));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(HOSTS)("Host %j", (host, sound) => {
    const answer = done(`Host: ${host}\r\n\r\n`);
    expect(answer.facts.filter((fact) => /^HOST/.test(fact))).toEqual(
      sound === undefined ? ["HOST"] : ["HOST", "HOST_BAD"],
    );
    expect(answer.hostAt).toBe("Host: ".length + (sound ?? host.length));
  });

  test("Host is an IPv6address in brackets, or not: as node:net says", () => {
    const next = random(11);
    const parts = ["", "0", "1", "ffff", "12345", ":", "::", ":", ".", "1.2.3.4", "255", "256", "01", "a", "G"];
    const made = Array.from({ length: 4000 }, () => Array.from({ length: next(12) }, () => pick(parts, next)).join(""));
    const grouped = Array.from({ length: 4000 }, () => {
      const groups = Array.from({ length: 1 + next(9) }, () => pick(["0", "1", "ab", "ffff"], next));
      if (next(2) === 0) groups[next(groups.length)] = "";
      if (next(3) === 0) groups.push("1.2.3.4");
      return `${next(5) === 0 ? ":" : ""}${groups.join(":")}${next(5) === 0 ? ":" : ""}`;
    });
    let sound = 0;
    for (const address of [...ADDRESSES, ...made, ...grouped]) {
      const wanted = isIPv6(address) && !address.includes("%");
      if (wanted) sound++;
      expect([address, facts(`Host: [${address}]:1\r\n\r\n`).includes("HOST_BAD")]).toEqual([address, !wanted]);
    }
    expect(sound).toBeGreaterThan(500);
  });

  test.each([
    [["a", "a"], "HOST HOST_REPEATED", 1, 0],
    [["a", "b "], "HOST HOST_REPEATED", 1, 0],
    [["", ""], "HOST HOST_REPEATED", 1, 0],
    [["a", "b", "c"], "HOST HOST_REPEATED", 1, 0],
    // Of both faults the first counts.
    [["a b", "c"], "HOST HOST_BAD", 0, 1],
    [["a", "b c"], "HOST HOST_REPEATED", 1, 0],
  ] as const)("Host fields %j: %s", (values, wanted, line, at) => {
    const answer = done(`${lines("Host", [...values])}\r\n`);
    expect(answer.facts.filter((fact) => fact !== "NOT_FOR_TRAILERS")).toEqual(sorted(wanted));
    expect(answer.hostAt).toBe(valueAt("Host", [...values], line) + at);
  });

  test.each(AUTHORITIES)("CONNECT %s: %s", (target, sound) => {
    const has = (method: string) => facts(`${method} ${target} HTTP/1.1\r\n\r\n`, { what: layout.REQUEST });
    expect(has("CONNECT")).toEqual(sound ? ["AUTHORITY"] : []);
    expect(has("GET")).toEqual([]);
  });

  test("HIGH: any octet from 0x80 in target, reason or value, and nothing else", () => {
    const high = (input: string, what: number) =>
      facts(input, { what, allow: layout.ALLOW_HIGH_TARGET | ALLOW_CONTROL_OCTETS | ALLOW_OBS_FOLD }).includes("HIGH");
    for (let code = 0x80; code < 0x100; code++) {
      const octet = String.fromCharCode(code);
      expect(high(`GET /${octet} HTTP/1.1\r\nA: b\r\n\r\n`, layout.REQUEST)).toBe(true);
      expect(high(`HTTP/1.1 200 ${octet}\r\nA: b\r\n\r\n`, layout.RESPONSE)).toBe(true);
      expect(high(`A: ${octet}\r\nB: c\r\n\r\n`, TRAILERS)).toBe(true);
      expect(high(`A: b\r\n c${octet}\r\n\r\n`, TRAILERS)).toBe(true);
    }
    expect(high("GET /~ HTTP/1.1\r\nA: \x7f\x01\t~\r\n\r\n", layout.REQUEST)).toBe(false);
    expect(high("HTTP/1.1 200 ~\r\nA: b\r\n c\r\n\r\n", layout.RESPONSE)).toBe(false);
  });

  describe("known names", () => {
    const identityOf = (name: string) => done(`${name}: 1\r\n\r\n`).fields[0]?.[2];
    const known = KNOWN_NAMES.slice(1);

    test("in any case", () => {
      expect(known.length).toBeGreaterThan(100);
      known.forEach((name, i) => {
        const title = name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
        const odd = name.replace(/./g, (char, at) => (at % 2 ? char.toUpperCase() : char));
        for (const cased of [name, name.toUpperCase(), title, odd]) {
          expect([cased, identityOf(cased)]).toEqual([cased, i + 1]);
        }
      });
    });

    test("and no near ones", () => {
      const wrong: string[] = [];
      for (const name of known) {
        const near = [
          `${name}x`,
          `x${name}`,
          name.slice(1),
          name.slice(0, -1),
          `${name}-`,
          name.replace("-", "_"),
          name + name,
        ];
        for (let place = 0; place < name.length; place++) {
          // Another bit at every place, as far as that gives a token; another octet; one octet less.
          for (let bit = 1; bit < 128; bit *= 2) {
            const octet = String.fromCharCode(name.charCodeAt(place) ^ bit);
            if (/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(octet))
              near.push(name.slice(0, place) + octet + name.slice(place + 1));
          }
          near.push(`${name.slice(0, place)}~${name.slice(place + 1)}`);
          near.push(name.slice(0, place) + name.slice(place + 1));
        }
        for (const other of new Set(near)) {
          if (other === "" || known.includes(other.toLowerCase())) continue;
          const identity = identityOf(other);
          if (identity !== 0) wrong.push(`${other}: ${identity}`);
        }
      }
      expect(wrong).toEqual([]);
    });

    test("nor random ones of every length", () => {
      const next = random(5);
      for (let i = 0; i < 5000; i++) {
        const name = Array.from({ length: 1 + (i % 50) }, () =>
          pick([..."abcdefghijklmnopqrstuvwxyz-ABCXYZ019_"], next),
        ).join("");
        if (!known.includes(name.toLowerCase())) expect([name, identityOf(name)]).toEqual([name, 0]);
      }
    });

    test("those that must not stand in trailers are told", () => {
      known.forEach((name, i) => {
        const forbidden = i + 1 >= layout.FIRST_NOT_FOR_TRAILERS && i + 1 <= layout.LAST_NOT_FOR_TRAILERS;
        expect([
          name,
          done(`A: b\r\n${name}: 1\r\nC: d\r\n\r\n`, { what: TRAILERS }).facts.includes("NOT_FOR_TRAILERS"),
        ]).toEqual([name, forbidden]);
      });
    });
  });
});
