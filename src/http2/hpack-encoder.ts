// RFC 7541: fields in, header blocks out.
import type { HeaderInput } from "../shared/header-fields.ts";
import type { EncodedMessage, HpackField } from "./hpack-types.ts";

export class HpackEncoder {
  /** What the peer allows: its SETTINGS_HEADER_TABLE_SIZE. The next block says so where it must (RFC 7541 4.2). */
  setMaxTableSize(_octets: number): void {
    throw new Error("under construction");
  }

  encode(_fields: Iterable<HpackField>): Uint8Array {
    throw new Error("under construction");
  }

  /** @internal For the connection. `scheme` and `path` are null in a CONNECT, `protocol` in all but an extended one. */
  encodeRequest(
    _method: string,
    _scheme: string | null,
    _authority: string | null,
    _path: string | null,
    _protocol: string | null,
    _headers: HeaderInput | undefined,
  ): EncodedMessage {
    throw new Error("under construction");
  }

  /** @internal For the connection. */
  encodeResponse(_status: number, _headers: HeaderInput | undefined): EncodedMessage {
    throw new Error("under construction");
  }

  /** @internal For the connection. */
  encodeTrailers(_headers: HeaderInput | undefined): EncodedMessage {
    throw new Error("under construction");
  }
}
