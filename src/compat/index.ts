// sansio/http-parser-js: the public exports of the drop-in replacement for http-parser-js.
import { HTTPParser, type HTTPParserConstructor } from "./http-parser.ts";
import { methods } from "./methods.ts";

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
export type { ParseError } from "./parse-errors.ts";
export { methods };

/** Both in one object: what `import` of http-parser-js, a CommonJS module, gives as its default export. */
const parsers: { readonly HTTPParser: HTTPParserConstructor; readonly methods: readonly string[] } = {
  HTTPParser,
  methods,
};
// biome-ignore lint/style/noDefaultExport: programs in ES modules have imported http-parser-js so
export default parsers;
