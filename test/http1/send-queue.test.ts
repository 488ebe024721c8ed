// Drained into the caller's memory: the same octets as by bytesToSend(), wherever the target ends, and nothing lost between.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Http1Connection, type Http1Send } from "../../src/http1/index.ts";
import { latin1, octets } from "./helpers.ts";

const HEAD = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const BODIES = ["abc", "d".repeat(200), "\x80\xff"].map(octets);
const WIRE = `${HEAD}3\r\nabc\r\nc8\r\n${"d".repeat(200)}\r\n2\r\n\x80\xff\r\n0\r\nX-Sum: 1\r\n\r\n`;
const EVENTS: Http1Send[] = [
  {
    type: "request",
    method: "POST",
    target: "/",
    headers: [
      ["Host", "a"],
      ["Transfer-Encoding", "chunked"],
    ],
  },
  ...BODIES.map((data): Http1Send => ({ type: "data", data })),
  { type: "end-of-message", headers: [["X-Sum", "1"]] },
];

function queued(count = EVENTS.length): Http1Connection {
  const connection = new Http1Connection("client");
  for (const event of EVENTS.slice(0, count)) connection.send(event);
  return connection;
}

describe("drainInto", () => {
  test.each([1, 2, 3, 7, 63, 64, 65, 100, WIRE.length - 1, WIRE.length, WIRE.length + 1, 4096])(
    "targets of %i octets are filled, one after the other",
    (size) => {
      const connection = queued();
      const target = new Uint8Array(size);
      let wire = "";
      for (let left = WIRE.length; left > 0; ) {
        const count = connection.drainInto(target.fill(0xaa));
        expect(count).toBe(Math.min(size, left));
        expect([...target.subarray(count)].every((octet) => octet === 0xaa)).toBe(true);
        wire += latin1(target.subarray(0, count));
        left -= count;
        expect(connection.queuedBytes).toBe(left);
      }
      expect(wire).toBe(WIRE);
      expect(connection.drainInto(target)).toBe(0);
    },
  );

  test("ways of draining and events to send, mixed as one likes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 90 }), { minLength: 10, maxLength: 60 }), (steps) => {
        const connection = new Http1Connection("client");
        const events = [...EVENTS];
        let wire = "";
        for (const step of [...steps, -3, -3, -3, -3, -3, -1]) {
          const event = step === -3 ? events.shift() : undefined;
          if (event !== undefined) connection.send(event);
          else if (step === -2) wire += connection.chunksToSend().map(latin1).join("");
          else if (step === -1) wire += latin1(connection.bytesToSend());
          else if (step >= 0) {
            const target = new Uint8Array(step);
            wire += latin1(target.subarray(0, connection.drainInto(target)));
          }
        }
        expect(wire).toBe(WIRE);
        expect(connection.queuedBytes).toBe(0);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test("a part of a larger array is written to, and nothing around it", () => {
    const all = Buffer.alloc(HEAD.length + 20, 0xaa);
    expect(queued(1).drainInto(all.subarray(10, 10 + HEAD.length))).toBe(HEAD.length);
    expect(all.latin1Slice()).toBe(`${"\xaa".repeat(10)}${HEAD}${"\xaa".repeat(10)}`);
  });

  test("a body that is cut is not copied, and never written to", () => {
    const connection = queued(3);
    connection.drainInto(new Uint8Array(HEAD.length + "3\r\nabc\r\nc8\r\n".length + 50));
    const rest = connection.chunksToSend()[0];
    expect(rest?.buffer).toBe(BODIES[1]?.buffer);
    expect(rest?.length).toBe(150);
    expect(BODIES.map(latin1)).toEqual(["abc", "d".repeat(200), "\x80\xff"]);
  });

  test("nothing is queued, or the target has no room", () => {
    expect(new Http1Connection("server").drainInto(new Uint8Array(8))).toBe(0);
    const connection = queued();
    expect(connection.drainInto(new Uint8Array(0))).toBe(0);
    expect(latin1(connection.bytesToSend())).toBe(WIRE);
  });

  test("what is no target changes nothing", () => {
    const connection = queued();
    for (const target of [undefined, [], new ArrayBuffer(8), new Uint16Array(8), new DataView(new ArrayBuffer(8))]) {
      expect(() => connection.drainInto(target as never)).toThrow(TypeError);
    }
    expect(() => connection.drainInto(new Uint8Array(new SharedArrayBuffer(8)))).toThrow(/no shared memory/);
    expect(connection.queuedBytes).toBe(WIRE.length);
  });
});
