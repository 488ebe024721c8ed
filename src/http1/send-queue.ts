// What was sent and is not yet drained: heads and chunk framing as text, one char per octet, and bodies by reference.
import { encodeLatin1 } from "../wasm/text.ts";

type Part = string | Uint8Array;

export class SendQueue {
  /** Octets in the queue. */
  length = 0;
  /** The text after the parts: a head and the framing of its body are joined to one. */
  private text = "";
  /** What precedes the text; null until a body is sent, as many messages have none. */
  private parts: Part[] | null = null;
  /** How many of the parts are drained, by takeSome(): empty strings. */
  first = 0;

  pushText(text: string): void {
    this.text += text;
    this.length += text.length;
  }

  pushOctets(octets: Uint8Array): void {
    this.textToParts().push(octets);
    this.length += octets.length;
  }

  /** Takes everything as one fresh array. */
  takeBytes(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    this.takeInto(bytes);
    return bytes;
  }

  /** Takes everything into `target`, which has room for it; returns how many octets that were. */
  takeInto(target: Uint8Array): number {
    let at = 0;
    for (const part of this.textToParts()) {
      if (typeof part === "string") encodeLatin1(part, target, at);
      else target.set(part, at);
      at += part.length;
    }
    this.clear();
    return at;
  }

  /** Takes everything in pieces: bodies are the arrays that were sent. */
  takeChunks(): Uint8Array[] {
    const chunks = this.textToParts().slice(this.first).map(toOctets);
    this.clear();
    return chunks;
  }

  /** Makes the text the last of the parts, and returns all of them. */
  textToParts(): Part[] {
    const { text } = this;
    this.text = "";
    if (this.parts === null) this.parts = text === "" ? [] : [text];
    else if (text !== "") this.parts.push(text);
    return this.parts;
  }

  private clear(): void {
    this.parts = null;
    this.first = 0;
    this.text = "";
    this.length = 0;
  }
}

/** Fills `target`, which has room for only part of the queue. Not a method, so that a client alone does not carry it. */
export function takeSome(queue: SendQueue, target: Uint8Array): number {
  const parts = queue.textToParts();
  for (let at = 0; at < target.length; ) {
    const octets = toOctets(parts[queue.first] as Part);
    const room = target.length - at;
    target.set(octets.subarray(0, room), at);
    at += octets.length;
    if (octets.length > room) parts[queue.first] = octets.subarray(room);
    else parts[queue.first++] = "";
  }
  queue.length -= target.length;
  // Drained parts leave the list in halves: taking each from its front would move all the others each time.
  if (queue.first * 2 > parts.length) {
    parts.splice(0, queue.first);
    queue.first = 0;
  }
  return target.length;
}

function toOctets(part: Part): Uint8Array {
  if (typeof part !== "string") return part;
  const octets = new Uint8Array(part.length);
  encodeLatin1(part, octets, 0);
  return octets;
}
