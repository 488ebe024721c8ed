// Known field names have identities: a perfect hash, case-insensitive, built once at instantiation from the names' text.
import {
  MAX_NAMES,
  NAME_FIRSTS,
  NAME_LASTS,
  NAME_LENGTHS,
  NAME_SIZE,
  NAME_SLOT_COUNT,
  NAME_SLOTS,
  NAME_UNKNOWN,
  NAMES,
  STATIC_END,
} from "./layout";
import { FIELD_NAMES } from "./names";

/** Setting bit 5 makes ASCII letters lower-case; no two tokens of which one is a known name become equal by it. */
const LOWER: u64 = 0x2020202020202020;

/** The first eight octets, lower-case, of the `length` at p; of fewer, zeros behind. Reads nothing at or past p + length, but what lies before it. */
export function firstOctets(p: usize, length: u32): u64 {
  if (length >= 8) return load<u64>(p, 0, 1) | LOWER;
  return (load<u64>(p + length - 8, 0, 1) | LOWER) >> (64 - 8 * <u64>length);
}

/** The last eight octets, lower-case, of the `length` at p; zero when there are fewer. */
export function lastOctets(p: usize, length: u32): u64 {
  return length >= 8 ? load<u64>(p + length - 8, 0, 1) | LOWER : 0;
}

/** The multipliers were found by search: they send the names to slots of their own (else instantiation traps). */
function slotOf(first: u64, last: u64, length: u32): usize {
  return NAME_SLOTS + <usize>((first * SLOT_FIRST + last * SLOT_LAST + ((<u64>length) << 54)) >> 54);
}

/**
 * The identity of the name of `length` (at least one) octets at p, in the input that ends at `end`. Without a branch for
 * names of up to 16 octets: which name comes next is what a processor cannot foresee.
 */
export function nameIdentity(p: usize, length: u32, end: usize): i32 {
  const ending = load<u64>(p + length - 8, 0, 1) | LOWER;
  const beginning = p + 8 <= end ? load<u64>(p, 0, 1) | LOWER : 0;
  const isLong = length >= 8;
  const first = isLong ? beginning : ending >> (64 - 8 * <u64>(length & 7));
  const last: u64 = isLong ? ending : 0;
  const identity: i32 = load<u8>(slotOf(first, last, length));
  const differs =
    (load<u64>(NAME_FIRSTS + 8 * identity) ^ first) |
    (load<u64>(NAME_LASTS + 8 * identity) ^ last) |
    (<u64>load<u8>(NAME_LENGTHS + identity) ^ length);
  if (length <= 16) return differs == 0 ? identity : NAME_UNKNOWN;
  return differs == 0 && isSame(p, NAMES + identity * NAME_SIZE, length) ? identity : NAME_UNKNOWN;
}

/** Is what lies between the first and last octets the same too? */
function isSame(p: usize, name: usize, length: u32): bool {
  for (let i: u32 = 8; i + 8 < length; i += 8) {
    if (load<u64>(name + i, 0, 1) != (load<u64>(p + i, 0, 1) | LOWER)) return false;
  }
  return true;
}

/** Puts the names and their slots into memory. Traps when two share a slot, or when the map is too small. */
export function fillNames(): void {
  assertMap(__heap_base <= STATIC_END);
  let identity: u32 = NAME_UNKNOWN;
  let length: u32 = 0;
  for (let i = 0; i < FIELD_NAMES.length; i++) {
    const char = FIELD_NAMES.charCodeAt(i);
    if (char > 0x20) {
      if (length == 0) identity++;
      store<u8>(NAMES + identity * NAME_SIZE + length++, <u8>char);
    } else if (length > 0) {
      takeSlot(identity, length);
      length = 0;
    }
  }
}

function takeSlot(identity: u32, length: u32): void {
  assertMap(identity < MAX_NAMES && length <= NAME_SIZE);
  const name = NAMES + identity * NAME_SIZE;
  const first = firstOctets(name, length);
  const last = lastOctets(name, length);
  store<u64>(NAME_FIRSTS + 8 * identity, first);
  store<u64>(NAME_LASTS + 8 * identity, last);
  store<u8>(NAME_LENGTHS + identity, <u8>length);
  const slot = slotOf(first, last, length);
  assertMap(slot < NAME_SLOTS + NAME_SLOT_COUNT && load<u8>(slot) == 0);
  store<u8>(slot, <u8>identity);
}

function assertMap(holds: bool): void {
  if (!holds) unreachable();
}

const SLOT_FIRST: u64 = 0x44cb6def91917cad;
const SLOT_LAST: u64 = 0xcce07813efd2f555;
