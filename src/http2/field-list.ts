// Where decoded fields go, one after another, each with what its table entry knows about it.
import type { FieldPair } from "../shared/field-pairs.ts";
import type { MessageLimits } from "./hpack-types.ts";

export interface FieldSink {
  /**
   * Takes the next field.
   * @param traits the rule of the name and, from bit 8, the fault, as in an Entry
   * @param size octets that it counts against the limits: name and value, and 32 more
   */
  add(name: string, value: string, traits: number, size: number, sensitive: boolean): void;
}

/** Collects all fields unchanged, up to the limits. */
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
