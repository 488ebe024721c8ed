// The parser of sansio/node-http in the hands of others.
import { expect, test } from "vitest";
import { NodeParser } from "../../src/adapters/node-http/parser.ts";

const SLOTS = {
  kOnMessageBegin: 0,
  kOnHeaders: 1,
  kOnHeadersComplete: 2,
  kOnBody: 3,
  kOnMessageComplete: 4,
  refusesFields: false,
};

test("a program may close a parser when it hears that it is freed", () => {
  const parser = new NodeParser(SLOTS);
  let freed = 0;
  parser.free = () => {
    freed++;
    parser.close();
  };
  parser.initialize(1, {});
  parser.free();
  expect(freed).toBe(1);
});

// As llhttp 9.4 does; llhttp 9.3 (Node 20) reads no body from it, or refuses it, depending on where it stands.
test.each([
  [1, "POST / HTTP/1.1\r\nTransfer-Encoding:\r\nContent-Length: 2\r\n\r\nok"],
  [1, "POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: \r\n\r\nok"],
  [1, "POST / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n"],
  [2, "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\nContent-Length: 2\r\n\r\nok"],
  [2, "HTTP/1.1 200 OK\r\nTransfer-Encoding: \r\n\r\nok"],
])("an empty Transfer-Encoding is refused: type %i, %j", (type, input) => {
  const parser = new NodeParser(SLOTS);
  parser.initialize(type, {});
  expect(parser.execute(Buffer.from(input))).toMatchObject({ code: "HPE_INVALID_TRANSFER_ENCODING" });
});

// As Node 22 and later do; the client of node:http truncates the list itself.
test.each([
  [1, "GET / HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n", "HPE_HEADER_OVERFLOW"],
  [2, "HTTP/1.1 304 Not Modified\r\nA: b\r\nC: d\r\n\r\n", ["A", "b", "C", "d"]],
])("more fields than wanted are refused in requests alone: type %i", (type, input, expected) => {
  const parser = new NodeParser({ ...SLOTS, refusesFields: true });
  let fields: unknown;
  parser[SLOTS.kOnHeadersComplete] = (_major: number, _minor: number, headers: string[]) => {
    fields = headers;
    return 0;
  };
  parser[SLOTS.kOnMessageComplete] = () => undefined;
  parser.initialize(type, {});
  parser.maxHeaderPairs = 2;
  const result = parser.execute(Buffer.from(input));
  expect(typeof result === "number" ? fields : result.code).toEqual(expected);
});
