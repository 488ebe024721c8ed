// A Uint8Array of any realm is taken; shared memory, which could change while it is read, and anything else is not.
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { checkOctets } from "../../src/shared/octets.ts";

class Mine extends Uint8Array {}
class MyBuffer extends ArrayBuffer {}

describe("checkOctets", () => {
  test.each<[string, unknown]>([
    ["a Uint8Array", Uint8Array.of(1)],
    ["none", new Uint8Array(0)],
    ["a part of another", new Uint8Array(9).subarray(2, 4)],
    ["a Buffer", Buffer.from("a")],
    ["a class of the caller's", new Mine(3)],
    ["over a class of the caller's", new Uint8Array(new MyBuffer(3))],
    ["of another realm", runInNewContext("new Uint8Array(3)")],
    ["over memory of another realm", new Uint8Array(runInNewContext("new ArrayBuffer(3)") as ArrayBuffer)],
    ["over a WebAssembly memory", new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer)],
  ])("takes %s", (_, octets) => {
    expect(() => checkOctets("feed", octets)).not.toThrow();
  });

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a string", "abc"],
    ["a number", 5],
    ["an array", [1, 2]],
    ["an ArrayBuffer", new ArrayBuffer(3)],
    ["a DataView", new DataView(new ArrayBuffer(3))],
    ["a Uint8ClampedArray", new Uint8ClampedArray(3)],
    ["an Int8Array", new Int8Array(3)],
    ["a Uint16Array", new Uint16Array(3)],
    ["a Uint16Array of another realm", runInNewContext("new Uint16Array(3)")],
    ["what only looks like it", { length: 1, 0: 1, buffer: new ArrayBuffer(1), [Symbol.toStringTag]: "Uint8Array" }],
  ])("refuses %s", (_, octets) => {
    expect(() => checkOctets("data", octets)).toThrow(new TypeError("data takes a Uint8Array"));
  });

  test.each<[string, unknown]>([
    ["shared memory", new Uint8Array(new SharedArrayBuffer(3))],
    ["a Buffer over shared memory", Buffer.from(new SharedArrayBuffer(3))],
    ["shared memory of another realm", runInNewContext("new Uint8Array(new SharedArrayBuffer(3))")],
    [
      "a shared WebAssembly memory",
      new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer),
    ],
  ])("refuses %s", (_, octets) => {
    expect(() => checkOctets("feed", octets)).toThrow(TypeError);
    expect(() => checkOctets("feed", octets)).toThrow(/feed takes no shared memory/);
  });
});
