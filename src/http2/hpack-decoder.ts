// RFC 7541: header blocks in, fields out.
import type { DecodedMessage, HpackField, MessageKind, MessageLimits } from "./hpack-types.ts";

export class HpackDecoder {
  /** The size that was announced and acknowledged: SETTINGS_HEADER_TABLE_SIZE. A smaller one obliges the peer (RFC 7541 4.2). */
  maxTableSize = 4096;

  decode(_block: Uint8Array): HpackField[] {
    throw new Error("under construction");
  }

  /** @internal For the connection. */
  decodeMessage(_block: Uint8Array, _kind: MessageKind, _limits: MessageLimits): DecodedMessage {
    throw new Error("under construction");
  }
}
