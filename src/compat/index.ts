// sansio/http-parser-js: the public exports of the drop-in replacement for http-parser-js.
export {
  type HeaderInfo,
  type HeaderObject,
  type HeadersCompleteResult,
  HTTPParser,
  type HTTPParserConstructor,
  type HTTPParserJS,
  type OnBodyParser,
  type OnHeadersCompleteParser,
  type OnHeadersParser,
  type ParserType,
  type RequestMethod,
} from "./http-parser.ts";
export { methods } from "./methods.ts";
export type { ParseError } from "./parse-errors.ts";
