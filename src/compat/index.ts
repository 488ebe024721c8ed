// In the place of http-parser-js: the public list.
export {
  type HeadersCompleteResult,
  type HeadersInfo,
  HTTPParser,
  type HTTPParserConstructor,
  type OnBody,
  type OnHeaders,
  type OnHeadersComplete,
  type OnMessage,
  type ParserType,
} from "./http-parser.ts";
export { methods } from "./methods.ts";
export type { ParseError } from "./parse-errors.ts";
