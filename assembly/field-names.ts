// The identities of known field names: a perfect hash, case-insensitive, built once from the text of the names. The
// bridge hands that text in; if the kernel contained it too, it would be shipped twice (3.3 KB, as asc's strings have
// two octets a char).
import { COLON, SP } from "./bytes";
import {
  KEY_MASKS,
  MAX_NAMES,
  NAME_LENGTHS,
  NAME_SIZE,
  NAME_SLOT_COUNT,
  NAME_SLOTS,
  NAME_UNKNOWN,
  NAMES,
  STATIC_END,
} from "./layout";

/**
 * Returns the only known name that this one can be, or NAME_UNKNOWN. The key is its length and its last octets, at most
 * eight, without the bit of their case; the multiplier, found by search, sends each known name to a slot of its own.
 */
export function candidate(nameEnd: usize, length: u32): i32 {
  return load<u8>(slotOf(nameEnd, length));
}

function slotOf(nameEnd: usize, length: u32): usize {
  const key = load<u64>(nameEnd - 8, 0, 1) & load<u64>(KEY_MASKS + ((<usize>length) << 3));
  return NAME_SLOTS + <usize>((key * SLOT_FACTOR) >> 55) + ((<usize>length) << 3);
}

/** Returns the identity of the name of `length` (at least one) octets at p. */
export function nameIdentity(p: usize, length: u32): i32 {
  if (length > NAME_SIZE) return NAME_UNKNOWN;
  const identity = candidate(p + length, length);
  if (load<u8>(NAME_LENGTHS + identity) != length) return NAME_UNKNOWN;
  const name = NAMES + identity * NAME_SIZE;
  // coverage: a name has at least one octet
  for (let i: u32 = 0; i < length; i++)
    if ((load<u8>(name + i) | 0x20) != (load<u8>(p + i) | 0x20)) return NAME_UNKNOWN;
  return identity;
}

/** Returns whether the name of `length` octets at p, of this identity, is spelled as in names.ts; false if unknown. */
export function isSpelled(p: usize, length: u32, identity: i32): bool {
  const name = NAMES + identity * NAME_SIZE;
  // coverage: a name has at least one octet
  for (let i: u32 = 0; i < length; i++) if (load<u8>(name + i) != load<u8>(p + i)) return false;
  return true;
}

/**
 * Writes the names, given as the text of names.ts in [p, end), and their slots to memory. To be called once, before the
 * first scan. Traps when two names share a slot, or when the map is too small.
 */
export function takeNames(p: usize, end: usize): void {
  assertMap(__heap_base <= STATIC_END);
  // coverage: names have 32 lengths
  for (let octets: u32 = 1; octets <= NAME_SIZE; octets++) {
    const shift: u64 = octets < 8 ? 64 - 8 * <u64>octets : 0;
    store<u64>(KEY_MASKS + (octets << 3), (UPPER >> shift) << shift);
  }
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
  const slot = slotOf(name + length, length);
  // coverage: false only when two names share a slot: then nothing runs
  assertMap(slot < NAME_SLOTS + NAME_SLOT_COUNT && load<u8>(slot) == 0);
  store<u8>(slot, <u8>identity);
}

function assertMap(holds: bool): void {
  // coverage: true only when the map is broken: then nothing runs
  if (!holds) unreachable();
}

/** Clears the bit that makes ASCII letters lower-case. */
const UPPER: u64 = 0xdfdfdfdfdfdfdfdf;
const SLOT_FACTOR: u64 = 0xe1fc4be675c0dfdb;
