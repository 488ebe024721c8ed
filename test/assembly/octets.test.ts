// Every octet value at every kind of place, at every position of a window of 16 octets and behind several of them: what
// may stand there is listed here once more, in full.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { BUILDS, newKernel } from "../helpers.ts";
import { brief, type Scan, scanChunkLine, scanHead } from "./answer.ts";

const ALPHA = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGIT = "0123456789";
const TCHAR = `!#$%&'*+-.^_\`|~${DIGIT}${ALPHA}`;
const range = (from: number, to: number) =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, i) => from + i));
const VCHAR = range(0x21, 0x7e);
const OBS_TEXT = range(0x80, 0xff);
const FIELD = `\t ${VCHAR}${OBS_TEXT}`;
/** CTL without NUL, HTAB, LF, CR. */
const CONTROL = `${range(0x01, 0x08)}${range(0x0b, 0x0c)}${range(0x0e, 0x1f)}\x7f`;
const REG_NAME = `-._~!$&'()*+,;=${DIGIT}${ALPHA}`;

/** Before, then `pad` n times, then the octet, then what follows. */
interface Place extends Scan {
  place: string;
  before: string;
  pad: string;
  after: string;
  /** The octets that may stand here. */
  sound: string;
  /** What any other octet is. `at` is its offset. */
  fault: (octet: string, at: number) => string;
  /** Where the octet, although sound, ends the element or makes it another. */
  other?: (octet: string, at: number, pads: number) => string | undefined;
}

const REQUEST = "GET / HTTP/1.1\r\n";
const END = "\r\nA: b\r\n\r\n";
const lineEnds = (code: string) => (octet: string, at: number) =>
  octet === "\r" ? `BARE_CR ${at}` : octet === "\n" ? `BARE_LF ${at}` : `${code} ${at}`;

const PLACES: Place[] = [
  {
    place: "method",
    before: "",
    pad: "M",
    after: "M / HTTP/1.1\r\n\r\n",
    sound: TCHAR,
    fault: (_, at) => `BAD_METHOD ${at}`,
    // "M M / …": the version is "/"
    other: (octet, at, pads) => (octet === " " && pads > 0 ? `BAD_VERSION ${at + 3}` : undefined),
  },
  {
    place: "target",
    before: "GET ",
    pad: "t",
    after: "t HTTP/1.1\r\n\r\n",
    sound: VCHAR,
    fault: (octet, at) => (/[\r\n ]/.test(octet) && at > 4 ? `BAD_VERSION ${at}` : `BAD_TARGET ${at}`),
    other: (octet, at, pads) => (octet === " " && pads > 0 ? `BAD_VERSION ${at + 1}` : undefined),
  },
  {
    place: "target, nonAsciiTarget",
    allow: layout.ALLOW_HIGH_TARGET,
    before: "GET ",
    pad: "\x80",
    after: "t HTTP/1.1\r\n\r\n",
    sound: VCHAR + OBS_TEXT,
    fault: (octet, at) => (/[\r\n]/.test(octet) && at > 4 ? `BAD_VERSION ${at}` : `BAD_TARGET ${at}`),
    other: (octet, at, pads) => (octet === " " && pads > 0 ? `BAD_VERSION ${at + 1}` : undefined),
  },
  {
    place: "reason",
    what: layout.RESPONSE,
    before: "HTTP/1.1 200 ",
    pad: "r",
    after: `r${END}`,
    sound: FIELD,
    fault: lineEnds("BAD_REASON"),
  },
  {
    place: "reason, whatever is allowed in values",
    what: layout.RESPONSE,
    allow: layout.ALLOW_CONTROL_OCTETS,
    before: "HTTP/1.1 200 ",
    pad: "r",
    after: `r${END}`,
    sound: FIELD,
    fault: lineEnds("BAD_REASON"),
  },
  {
    place: "first octet of a field name",
    before: REQUEST,
    pad: "",
    after: "n: v\r\n\r\n",
    sound: TCHAR,
    fault: (octet, at) => lineEnds("BAD_FIELD_NAME")(octet, at),
  },
  {
    place: "field name",
    before: `${REQUEST}n`,
    pad: "n",
    after: "n: v\r\n\r\n",
    sound: TCHAR,
    fault: (_, at) => `BAD_FIELD_NAME ${at}`,
    other: (octet) => (octet === ":" ? "done" : undefined),
  },
  {
    place: "trailer name",
    what: layout.TRAILERS,
    before: "N",
    pad: "n",
    after: "n: v\r\n\r\n",
    sound: TCHAR,
    fault: (_, at) => `BAD_FIELD_NAME ${at}`,
    other: (octet) => (octet === ":" ? "done" : undefined),
  },
  {
    place: "field value",
    before: `${REQUEST}Name:`,
    pad: "v",
    after: `v${END}`,
    sound: FIELD,
    fault: lineEnds("BAD_FIELD_VALUE"),
  },
  {
    place: "last octet of a field value",
    before: `${REQUEST}Name: `,
    pad: "v",
    after: END,
    sound: FIELD,
    fault: lineEnds("BAD_FIELD_VALUE"),
  },
  {
    place: "field value, controlBytesInValues",
    allow: layout.ALLOW_CONTROL_OCTETS,
    before: `${REQUEST}Name: `,
    pad: "\x01",
    after: `v${END}`,
    sound: FIELD + CONTROL,
    fault: lineEnds("BAD_FIELD_VALUE"),
  },
  {
    place: "trailer value",
    what: layout.TRAILERS,
    before: "Name: ",
    pad: "\xff",
    after: `v${END}`,
    sound: FIELD,
    fault: lineEnds("BAD_FIELD_VALUE"),
  },
  {
    place: "line that continues a value",
    what: layout.RESPONSE,
    allow: layout.ALLOW_OBS_FOLD,
    before: "HTTP/1.1 200 \r\nA: b\r\n ",
    pad: "v",
    after: `v${END}`,
    sound: FIELD,
    fault: lineEnds("BAD_FIELD_VALUE"),
  },
];

describe.each(BUILDS)("%s", (build) => {
  const kernel = newKernel(build);

  test.each(PLACES)("$place", ({ before, pad, after, sound, fault, other, ...scan }) => {
    const wrong: string[] = [];
    for (let pads = 0; pads <= (pad === "" ? 0 : 34); pads++) {
      const start = before + pad.repeat(pads);
      for (let code = 0; code < 256; code++) {
        const octet = String.fromCharCode(code);
        const input = start + octet + after;
        const special = other?.(octet, start.length, pads);
        const ok = special === "done" || (special === undefined && sound.includes(octet));
        const wanted = ok ? `done ${input.length}` : (special ?? fault(octet, start.length));
        const got = brief(scanHead(kernel, input, scan));
        if (got !== wanted) wrong.push(`${JSON.stringify(input)}: ${got}, not ${wanted}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  /** HTTP-version = "HTTP/" DIGIT "." DIGIT: each octet of it, and the one behind it. */
  test.each([
    ["request", layout.REQUEST, "GET / ", "\r\n\r\n"],
    ["response", layout.RESPONSE, "", " 200 \r\n\r\n"],
  ])("version of a %s", (_, what, before, after) => {
    for (let place = 0; place < 8; place++) {
      const version = "HTTP/1.1";
      const sound = place === 5 || place === 7 ? DIGIT : (version[place] as string);
      for (let code = 0; code < 256; code++) {
        const octet = String.fromCharCode(code);
        const input = before + version.slice(0, place) + octet + version.slice(place + 1) + after;
        const wanted = sound.includes(octet) ? `done ${input.length}` : `BAD_VERSION ${before.length + place}`;
        expect(`${JSON.stringify(octet)} ${brief(scanHead(kernel, input, { what }))}`).toBe(
          `${JSON.stringify(octet)} ${wanted}`,
        );
      }
    }
  });

  test("behind the version", () => {
    for (let code = 0; code < 256; code++) {
      const octet = String.fromCharCode(code);
      expect([code, brief(scanHead(kernel, `GET / HTTP/1.1${octet}\n\r\n`))]).toEqual([
        code,
        octet === "\r" ? "done 18" : octet === "\n" ? "BARE_LF 14" : "BAD_VERSION 14",
      ]);
      expect([code, brief(scanHead(kernel, `HTTP/1.1${octet}200 \r\n\r\n`, { what: layout.RESPONSE }))]).toEqual([
        code,
        octet === " " ? "done 17" : "BAD_STATUS 8",
      ]);
    }
  });

  test("status", () => {
    for (let code = 0; code < 256; code++) {
      const octet = String.fromCharCode(code);
      for (const place of [0, 1, 2]) {
        const status = "200".slice(0, place) + octet + "200".slice(place + 1);
        const sound = place === 0 ? "123456789" : DIGIT;
        const answer = scanHead(kernel, `HTTP/1.1 ${status} \r\n\r\n`, { what: layout.RESPONSE });
        expect([code, brief(answer)]).toEqual([code, sound.includes(octet) ? "done 17" : `BAD_STATUS ${9 + place}`]);
      }
      expect([code, brief(scanHead(kernel, `HTTP/1.1 200${octet}\r\n\r\n`, { what: layout.RESPONSE }))]).toEqual([
        code,
        octet === " " ? "done 17" : "BAD_STATUS 12",
      ]);
    }
  });

  test("the octet behind a CR", () => {
    for (let code = 0; code < 256; code++) {
      const octet = String.fromCharCode(code);
      const wanted = (done: number, at: number) => [code, octet === "\n" ? `done ${done}` : `BARE_CR ${at}`];
      expect([code, brief(scanHead(kernel, `GET / HTTP/1.1\r${octet}\r\n`))]).toEqual(wanted(18, 14));
      expect([code, brief(scanHead(kernel, `GET / HTTP/1.1\r\nA: b\r${octet}\r\n`))]).toEqual(wanted(24, 20));
      expect([code, brief(scanHead(kernel, `GET / HTTP/1.1\r\nA: b\r\n\r${octet}`))]).toEqual(wanted(24, 22));
      expect([code, brief(scanHead(kernel, `HTTP/1.1 200 \r${octet}\r\n`, { what: layout.RESPONSE }))]).toEqual(
        wanted(17, 13),
      );
      expect([code, brief(scanChunkLine(kernel, `5\r${octet}`))]).toEqual(wanted(3, 1));
      expect([code, brief(scanChunkLine(kernel, `5;a\r${octet}`))]).toEqual(wanted(5, 3));
    }
  });

  test("Host", () => {
    for (let pads = 0; pads <= 34; pads++) {
      for (let code = 0; code < 256; code++) {
        const octet = String.fromCharCode(code);
        const input = `Host: ${"h".repeat(pads)}${octet}h\r\n\r\n`;
        const answer = scanHead(kernel, input, { what: layout.TRAILERS, allow: layout.ALLOW_CONTROL_OCTETS });
        if (answer.outcome !== "done") {
          expect(octet).toMatch(/[\0\r\n]/);
          continue;
        }
        // White space before the value is not of it; ":h" is a colon with a port that is none.
        const blank = /[ \t]/.test(octet) && pads === 0;
        const sound = blank || REG_NAME.includes(octet);
        const at = 6 + pads + (octet === ":" ? 1 : 0);
        expect([code, pads, answer.facts.includes("HOST_BAD"), answer.hostAt]).toEqual([
          code,
          pads,
          !sound,
          sound ? input.length - 4 : at,
        ]);
      }
    }
  });

  /** The places of a chunk-size line: what precedes the octet, what follows it, what may stand there. */
  const LINES: [
    place: string,
    before: string,
    after: string,
    sound: string,
    fault: (octet: string, at: number) => string,
  ][] = [
    ["size, first octet", "", "0\r\n", `${DIGIT}abcdefABCDEF`, (_, at) => `BAD_CHUNK_SIZE ${at}`],
    [
      "behind the size",
      "5",
      "\r\n",
      `${DIGIT}abcdefABCDEF`,
      // ";" begins an extension that has no name
      (octet, at) => (octet === ";" ? `BAD_CHUNK_EXTENSION ${at + 1}` : lineEnds("BAD_CHUNK_SIZE")(octet, at)),
    ],
    [
      "extension name, first octet",
      "5;",
      "\r\n",
      TCHAR,
      (octet, at) => `BAD_CHUNK_EXTENSION ${/[ \t]/.test(octet) ? at + 1 : at}`,
    ],
    [
      "extension name",
      "5;a",
      "a=b\r\n",
      `${TCHAR};`,
      (octet, at) =>
        octet === "="
          ? `BAD_CHUNK_EXTENSION ${at + 2}`
          : /[ \t]/.test(octet)
            ? `BAD_CHUNK_EXTENSION ${at + 1}`
            : lineEnds("BAD_CHUNK_EXTENSION")(octet, at),
    ],
    [
      "extension value, first octet",
      "5;a=",
      "b\r\n",
      `${TCHAR}\t `,
      // An open quoted string ends with neither CR nor LF in it.
      (octet, at) => `BAD_CHUNK_EXTENSION ${octet === '"' ? at + 2 : at}`,
    ],
    [
      "extension value",
      "5;a=b",
      ";c\r\n",
      `${TCHAR}\t `,
      (octet, at) => (octet === ";" ? `BAD_CHUNK_EXTENSION ${at + 1}` : lineEnds("BAD_CHUNK_EXTENSION")(octet, at)),
    ],
    [
      "quoted string",
      '5;a="',
      '"\r\n',
      `\t ${VCHAR.replace(/["\\]/g, "")}${OBS_TEXT}`,
      (octet, at) =>
        octet === '"' || octet === "\\"
          ? `BAD_CHUNK_EXTENSION ${at + (octet === '"' ? 1 : 2)}`
          : `BAD_CHUNK_EXTENSION ${at}`,
    ],
    ["quoted pair", '5;a="\\', '"\r\n', `\t ${VCHAR}${OBS_TEXT}`, (_, at) => `BAD_CHUNK_EXTENSION ${at}`],
    [
      "behind a quoted string",
      '5;a="b"',
      ";c\r\n",
      "\t ",
      (octet, at) => (octet === ";" ? `BAD_CHUNK_EXTENSION ${at + 1}` : lineEnds("BAD_CHUNK_EXTENSION")(octet, at)),
    ],
  ];

  test.each(LINES)("chunk line: %s", (_, before, after, sound, fault) => {
    for (let code = 0; code < 256; code++) {
      const octet = String.fromCharCode(code);
      const input = before + octet + after;
      const wanted = sound.includes(octet) ? `done ${input.length}` : fault(octet, before.length);
      expect([input, brief(scanChunkLine(kernel, input))]).toEqual([input, wanted]);
    }
  });
});
