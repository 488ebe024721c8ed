// What compiles with http-parser-js's own types compiles with ours, in the names and shapes that it exports, and by the
// root as well, which an override puts in its place.
import parsersOfRoot, { HTTPParser as FromRoot } from "sansio";
import parsers, {
  type HeaderInfo,
  type HeaderObject,
  HTTPParser,
  type HTTPParserConstructor,
  type HTTPParserJS,
  methods,
  type OnBodyParser,
  type OnHeadersCompleteParser,
  type OnHeadersParser,
  type ParserType,
  type RequestMethod,
} from "sansio/http-parser-js";

const type: ParserType = HTTPParser.RESPONSE;
const parser: HTTPParserJS = new HTTPParser(type);
parser[HTTPParser.kOnHeadersComplete] = (info) => {
  const method: RequestMethod | undefined = methods[info.method];
  console.log(method, info.url, info.statusCode.toFixed(), info.headers.join(), info.upgrade);
  return 1;
};
parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
  const body: Uint8Array = chunk.subarray(offset, offset + length);
  console.log(body);
};
parser[HTTPParser.kOnHeaders] = (headers, url) => console.log(headers.join(), url);
parser[HTTPParser.kOnMessageComplete] = () => {};
parser.onHeadersComplete = ({ headers }: HeaderInfo) => console.log(headers);

const onHeaders: OnHeadersParser = (headers, url) => console.log(headers.length, url);
const onBody: OnBodyParser = (_chunk, _offset, length) => console.log(length);
const onHead: OnHeadersCompleteParser = (info) => info.statusCode;
const onHeadParts: OnHeadersCompleteParser<HeaderObject, false> = (major, minor, headers) => {
  console.log(major, minor, headers.join());
};
parser.onHeaders = onHeaders;
parser.onBody = onBody;
parser[HTTPParser.kOnHeadersComplete] = onHead;

const result: number | Error = parser.execute(new Uint8Array(1), 0, 1);
const end: undefined | Error = parser.finish();
const id: 0 = parser.getAsyncId();
parser.reinitialize(HTTPParser.REQUEST);
parser.initialize("REQUEST", {});
const made: HTTPParserConstructor = FromRoot;
made.encoding = "latin1";
made.maxHeaderSize = 1024;

// @ts-expect-error a type that does not exist
new HTTPParser("BOTH");
// @ts-expect-error a callback of a body gets octets, an offset and a length
parser[HTTPParser.kOnBody] = (_chunk: unknown, _offset: number, _length: string) => {};

export { end, id, onHeadParts, result };

const both: [HTTPParserConstructor, readonly string[]] = [parsers.HTTPParser, parsersOfRoot.methods];
console.log(both);
