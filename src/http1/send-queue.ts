// What was sent and is not yet drained: heads and chunk framing as text, one char per octet, and bodies by reference.
import { encodeLatin1 } from "../wasm/text.ts";

export class SendQueue {
  /** Octets in the queue. */
  length = 0;
  /** The text after the parts: a head and the framing of its body are joined to one. */
  private text = "";
  /** What precedes the text; null until a body is sent, as many messages have none. */
  private parts: (string | Uint8Array)[] | null = null;

  pushText(text: string): void {
    this.text += text;
    this.length += text.length;
  }

  pushOctets(octets: Uint8Array): void {
    this.parts ??= [];
    if (this.text !== "") this.parts.push(this.text);
    this.text = "";
    this.parts.push(octets);
    this.length += octets.length;
  }

  /** Takes everything as one fresh array. */
  takeBytes(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts ?? []) {
      if (typeof part === "string") encodeLatin1(part, bytes, at);
      else bytes.set(part, at);
      at += part.length;
    }
    encodeLatin1(this.text, bytes, at);
    this.clear();
    return bytes;
  }

  /** Takes everything in pieces: bodies are the arrays that were sent. */
  takeChunks(): Uint8Array[] {
    const parts = this.parts ?? [];
    if (this.text !== "") parts.push(this.text);
    const chunks = parts.map((part) => (typeof part === "string" ? encoded(part) : part));
    this.clear();
    return chunks;
  }

  private clear(): void {
    this.parts = null;
    this.text = "";
    this.length = 0;
  }
}

function encoded(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  encodeLatin1(text, bytes, 0);
  return bytes;
}
