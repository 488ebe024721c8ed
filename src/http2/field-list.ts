// Where decoded fields go: one after the other, with what their entries know of them.
import type { FieldPair } from "../shared/header-fields.ts";
import type { MessageLimits } from "./hpack-types.ts";

export interface FieldSink {
  /** `traits`: the rule of the name and from bit 8 the fault, as in an Entry; `size`: what it counts against the limits. */
  add(name: string, value: string, traits: number, size: number, sensitive: boolean): void;
}

/** All fields as they are, up to the limits. */
export class FieldList implements FieldSink {
  fields: FieldPair[] = [];
  tooLarge = false;
  private left: number;
  private readonly maxFields: number;

  constructor({ maxHeaderBytes, maxFields }: MessageLimits) {
    this.left = maxHeaderBytes;
    this.maxFields = maxFields;
  }

  add(name: string, value: string, _traits: number, size: number, sensitive: boolean): void {
    this.left -= size;
    if (this.left < 0 || this.fields.length === this.maxFields) {
      this.tooLarge = true;
      this.left = -1;
    } else this.fields.push(sensitive ? [name, value, true] : [name, value]);
  }
}
