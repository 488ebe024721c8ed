// What was sent and is not yet drained: heads and chunk framing as text, one char per octet, and bodies by reference.
import { NO_OCTETS } from "../shared/receive-buffer.ts";
import { encodeLatin1 } from "../wasm/text.ts";

export class SendQueue {
  /** Octets in the queue. */
  length = 0;
  private parts: (string | Uint8Array)[] = [];

  /** Text goes behind text, so that a head and the framing of its body are one part. */
  pushText(text: string): void {
    const last = this.parts.length - 1;
    if (typeof this.parts[last] === "string") this.parts[last] += text;
    else this.parts.push(text);
    this.length += text.length;
  }

  pushOctets(octets: Uint8Array): void {
    this.parts.push(octets);
    this.length += octets.length;
  }

  /** Everything as one fresh array. */
  takeBytes(): Uint8Array {
    if (this.length === 0) return NO_OCTETS;
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      if (typeof part === "string") encodeLatin1(part, bytes, at);
      else bytes.set(part, at);
      at += part.length;
    }
    this.clear();
    return bytes;
  }

  /** Everything in pieces: bodies are the arrays that were sent. */
  takeChunks(): Uint8Array[] {
    const chunks = this.parts.map((part) => {
      if (typeof part !== "string") return part;
      const bytes = new Uint8Array(part.length);
      encodeLatin1(part, bytes, 0);
      return bytes;
    });
    this.clear();
    return chunks;
  }

  private clear(): void {
    this.parts = [];
    this.length = 0;
  }
}
