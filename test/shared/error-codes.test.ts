// The table of errors comes in parts: what is imported brings its own codes, and a code that nobody brought is told as it is.
import { expect, test, vi } from "vitest";
import type { ErrorRow } from "../../src/shared/errors.ts";

const codes = (rows: readonly ErrorRow[]) => rows.map(({ code }) => code);

test("HTTP/1.1 and HTTP/2 list their own and the common ones, the root all of them", async () => {
  const [http1, http2, hpack, all] = await Promise.all([
    import("../../src/http1/index.ts"),
    import("../../src/http2/index.ts"),
    import("../../src/http2/hpack.ts"),
    import("../../src/index.ts"),
  ]);
  expect(codes(http1.ERRORS)).toEqual(expect.arrayContaining(["BAD_METHOD", "BAD_CHUNK_SIZE"]));
  expect(codes(http1.ERRORS)).not.toContain("BAD_PADDING");
  expect(codes(http2.ERRORS)).toEqual(expect.arrayContaining(["BAD_METHOD", "BAD_PADDING"]));
  expect(codes(http2.ERRORS)).not.toContain("BAD_CHUNK_SIZE");
  expect(hpack.ERRORS).toEqual(http2.ERRORS);
  expect(new Set(codes(all.ERRORS))).toEqual(new Set(codes([...http1.ERRORS, ...http2.ERRORS])));
});

test("a code whose protocol was not imported stands for its text", async () => {
  vi.resetModules();
  const { RemoteProtocolError } = await import("../../src/shared/errors.ts");
  const { message, statusHint, http2Code } = new RemoteProtocolError("BAD_PADDING", 3, "server");
  expect([message, statusHint, http2Code]).toEqual(["BAD_PADDING at octet 3", 400, "PROTOCOL_ERROR"]);
  expect(new RemoteProtocolError("BAD_METHOD", 3, "server").message).toMatch(/^the method must be a token/);
});

test.each([
  ["http1", "BAD_CHUNK_SIZE", "BAD_PADDING"],
  ["http2", "BAD_PADDING", "BAD_CHUNK_SIZE"],
  ["hpack", "BAD_HUFFMAN", "BAD_CHUNK_SIZE"],
] as const)("sansio/%s knows the text of %s, not of %s", async (entry, own, foreign) => {
  vi.resetModules();
  const { RemoteProtocolError } = await import(
    entry === "hpack" ? "../../src/http2/hpack.ts" : `../../src/${entry}/index.ts`
  );
  expect(new RemoteProtocolError(own, 0, "server").message).not.toContain(own);
  expect(new RemoteProtocolError(foreign, 0, "server").message).toContain(foreign);
});
