// Known field names have identities: a perfect hash, case-insensitive, built once from the text of the names, which the
// bridge hands in: in the kernel as well it would be delivered twice (3.3 KB, as asc's strings have two octets a char).
import { COLON, LOWER, SP } from "./bytes";
import {
  MAX_NAMES,
  NAME_LENGTHS,
  NAME_SIZE,
  NAME_SLOT_COUNT,
  NAME_SLOTS,
  NAME_UNKNOWN,
  NAMES,
  STATIC_END,
} from "./layout";

/** The last octets of a name, lower-case, at most eight, are a key: known names of one length differ in them. */
function keyOf(nameEnd: usize, length: u32): u64 {
  return (load<u64>(nameEnd - 8, 0, 1) | LOWER) >> select<u64>(64 - 8 * <u64>length, 0, length < 8);
}

/** The multiplier was found by search: it sends the names to slots of their own (else instantiation traps). */
function slotOf(key: u64, length: u32): usize {
  return NAME_SLOTS + <usize>((key * SLOT_FACTOR + ((<u64>length) << 54)) >> 54);
}

/** The identity of the only known name that this one can be, or NAME_UNKNOWN. */
export function candidate(nameEnd: usize, length: u32): i32 {
  return load<u8>(slotOf(keyOf(nameEnd, length), length));
}

/** The identity of the name of `length` (at least one) octets at p. */
export function nameIdentity(p: usize, length: u32): i32 {
  const identity = candidate(p + length, length);
  if (load<u8>(NAME_LENGTHS + identity) != length) return NAME_UNKNOWN;
  const name = NAMES + identity * NAME_SIZE;
  // coverage: a name has at least one octet
  for (let i: u32 = 0; i < length; i++) if (load<u8>(name + i) != (load<u8>(p + i) | 0x20)) return NAME_UNKNOWN;
  return identity;
}

/**
 * Puts the names, whose text of names.ts is in [p, end), and their slots into memory: to be called once, before the first
 * scan. Traps when two share a slot, or when the map is too small.
 */
export function takeNames(p: usize, end: usize): void {
  assertMap(__heap_base <= STATIC_END);
  let identity: u32 = NAME_UNKNOWN;
  let length: u32 = 0;
  // coverage: the text of the names is not empty
  for (; p < end; p++) {
    const octet: u32 = load<u8>(p);
    if (octet > SP) {
      if (length == 0) identity++;
      store<u8>(NAMES + identity * NAME_SIZE + length++, octet);
    } else if (length > 0) {
      takeSlot(identity, length);
      length = 0;
    }
  }
}

function takeSlot(identity: u32, length: u32): void {
  // coverage: false only when names.ts outgrows layout.ts: then nothing runs
  assertMap(identity < MAX_NAMES && length <= NAME_SIZE);
  const name = NAMES + identity * NAME_SIZE;
  if (length < NAME_SIZE) store<u8>(name + length, <u8>COLON);
  store<u8>(NAME_LENGTHS + identity, <u8>length);
  const slot = slotOf(keyOf(name + length, length), length);
  // coverage: false only when two names share a slot: then nothing runs
  assertMap(slot < NAME_SLOTS + NAME_SLOT_COUNT && load<u8>(slot) == 0);
  store<u8>(slot, <u8>identity);
}

function assertMap(holds: bool): void {
  // coverage: true only when the map is broken: then nothing runs
  if (!holds) unreachable();
}

const SLOT_FACTOR: u64 = 0x0142aad1779780c3;
