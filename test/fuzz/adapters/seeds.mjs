// @ts-check
// Programs of the adapters to begin with, and records to put into them.
import { program } from "../laws.mjs";
import { HTTP1_PIECES, REQUESTS, RESPONSES } from "../targets/http1.mjs";
import { FRAMES, PREFACE } from "../targets/http2.mjs";

const ALL = ["flow"];
const MANNERS = ["r", "p", "c", "n"];
const KINDS = ["n", "o", "s", "i", "a", "k", "f", "g", "w"];
/** @type {string[][]} */
const ASKS = [
  ["ask", "G", "n", "", "r", "o500"],
  ["ask", "P", "s3000/500", "t", "r", "s3000/700", "t", "r"],
  ["ask", "P", "o100", "e", "ri", "a5000/1000", "", "p"],
  ["ask", "H", "n", "", "r", "o500"],
  ["ask", "P", "a200000/30000", "s", "p", "s300000/65000", "", "p"],
  ["ask", "P", "s20000/900", "s", "w", "o10", "", "r"],
  ["ask", "P", "s20000/900", "", "c", "s90000/900", "", "c"],
  ["ask", "P", "k20000/900", "s", "n", "k90000/9000", "", "n"],
  ["ask", "P", "f2000/100", "", "r", "o10"],
  ["ask", "G", "n", "", "rl", "g2000/100"],
  ["ask", "G", "n", "", "r", "w2000/100"],
  ["ask", "P", "o10", "L", "r", "o10"],
  ["ask", "P", "s100/7", "S", "r", "o10", "L"],
  ["ask", "G", "n", "", "T", "o10"],
  ["ask", "P", "o900", "", "E", "o10"],
  ["ask", "G", "n", "", "D", "o10"],
  ["ask", "G", "n", "x", "r", "o10", "F"],
  ["ask", "G", "n", "", "r", "n", "4"],
  ["ask", "G", "n", "", "r", "n", "5"],
  ["ask", "P", "k3000/500", "q", "rN", "k3000/700", "t", "r"],
  ["ask", "P", "s100000/5000", "q", "pN", "s300000/60000", "t", "p"],
  ["ask", "P", "s9000/5000", "q", "cNw", "s300000/60000", "", "c"],
  ["ask", "G", "n", "", "Na", "s3000/600"],
  ["ask", "U", "o3000/100", "", "u", "o2000/300"],
  ["ask", "C", "k3000/100", "q", "uN", "k2000/300"],
  ["ask", "U", "f300/100", "q", "u", "n"],
];
const DOINGS = [
  ...["up", "down"].flatMap((way) => [[way], [way, "1", "1"], [way, "100", "7"], [way, "5000", "1000"]]),
  ALL,
  ["go"],
  ["go", "1"],
  ["wait"],
  ["tick", "500"],
  ["tick", "2500"],
  ["tick", "1000", "f"],
  ["abort", "0"],
  ["abort", "1"],
  ["abort", "4"],
  ["cut"],
  ["cut", "up"],
  ["cut", "down"],
  ["close", "client"],
  ["close", "server"],
  ["close", "abort"],
  ["close", "cut"],
  ["flip", "up", "77"],
  ["flip", "down", "300"],
  ["put", "down", "x"],
  ["put", "up", "x"],
];
const SETUPS = ["", "2", "b", "2b", "x", "2x", "q", "2q"].map((flags) => ["setup", flags, "16384", "3"]);
const PUTS = [
  ...[...REQUESTS, ...HTTP1_PIECES].map((text) => ["put", "up", text.replace(" / ", " /1 ")]),
  ...[...RESPONSES, ...HTTP1_PIECES].map((text) => ["put", "down", text]),
  ...FRAMES.flatMap((frame) => [
    ["put", "up", frame],
    ["put", "down", frame],
  ]),
  ["put", "up", PREFACE + FRAMES[0]],
];
/** What broke a law once. */
const FOUND = [
  // A body sent behind a response that was complete.
  [
    ["setup", "", "16384", "3"],
    ["ask", "H", "n", "", "r", "o500"],
    ["ask", "G", "a200000/30000", "s", "p", "s300000/65000", "", "p"],
  ],
  // A connection closed while it was held.
  [["setup", "x", "16384", "3"], ["ask", "G", "n", "", "D", "o10"], ["ask", "G", "n", "", "r", "n", "5"], ALL],
  // A body read behind its answer.
  [["setup", "", "16384", "3"], ["ask", "P", "s20000/900", "s", "wp", "", "0", "", "r"], ALL],
  // The end of a connection between a body's arrival and its reader's turn.
  [
    ["setup", "2x"],
    ["ask", "P", "o100", "e", "ri", "a5000/1000", "", "p"],
    ALL,
    ["ask", "P", "s20000/900", "", "c", "s90000/900"],
    ["go"],
  ],
];
export const SEEDS = [
  ...FOUND.map((records) => program(...records)),
  ...SETUPS.slice(0, 2).flatMap((setup) => ASKS.map((asked) => program(setup, asked, ALL))),
  ...SETUPS.map((setup) => program(setup, ...ASKS.slice(0, 4), ALL, ["go"], ALL)),
  ...SETUPS.map((setup) =>
    program(setup, ...ASKS.slice(4, 10), ["up", "5000", "100"], ["go"], ["down", "999", "10"], ["go"]),
  ),
  program(["setup", "S"], ...ASKS.slice(0, 3), ...REQUESTS.map((text) => ["put", "up", text]), ["up", "30", "3"], ALL),
  program(
    ["setup", "S"],
    ...ASKS.slice(0, 3),
    ["put", "up", PREFACE + FRAMES[0]],
    ...[4, 5, 6, 12].map((i) => ["put", "up", FRAMES[i] ?? ""]),
    ALL,
  ),
  program(
    ["setup", "C", "", "3"],
    ...ASKS.slice(0, 3),
    ["put", "down", RESPONSES[0] ?? ""],
    ALL,
    ["put", "down", RESPONSES[1] ?? ""],
    ALL,
  ),
  program(
    ["setup", "C2"],
    ...ASKS.slice(0, 3),
    ["put", "down", FRAMES[0] ?? ""],
    ["put", "down", FRAMES[8] ?? ""],
    ALL,
  ),
];
/** Parts of records, for changes within them. */
const PARTS = [...MANNERS, ...KINDS, "L", "S", "t", "e", "s", "i", "l", "w", "T", "E", "N", "q", "u", "x"];
export const PIECES = [
  ...[...ASKS, ...ASKS, ...DOINGS, ...DOINGS, ...PUTS, ...SETUPS].map((record) => program(record)),
  ...PARTS,
];
