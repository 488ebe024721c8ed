// Where values may end: a bit for each octet of the input that is neither SP nor visible ASCII. Finding the end of a line is
// then two loads, whatever its length, where a search by windows costs a misprediction a line.
import { SP } from "./bytes";
import { STOPS } from "./layout";
import { lastWindow } from "./skip";

/** How far is marked at a time: about a head, so that pipelined ones are not marked again and again. */
const STRIDE: usize = 512;

/** The first marked octet from p on; there is one. */
export function firstStop(p: usize, start: usize): usize {
  const place = p - start;
  let at = STOPS + (place >> 3);
  const near = load<u64>(at, 0, 1) >> (place & 7);
  if (near) return p + <usize>ctz(near);
  do at += 8;
  while (load<u64>(at, 0, 1) == 0);
  return start + ((at - STOPS) << 3) + <usize>ctz(load<u64>(at, 0, 1));
}

/** Marks the octets from p on, a multiple of 64 from `start`; returns how far. The 64 bits behind are set. */
export function markStops(p: usize, start: usize, end: usize): usize {
  let at = STOPS + ((p - start) >> 3);
  const last = min(end, p + STRIDE);
  for (; p + 64 <= last; p += 64) {
    store<u64>(at, stopsOf32(p) | (stopsOf32(p + 32) << 32));
    at += 8;
  }
  if (last == end && p < end) {
    let bits: u64 = 0;
    // coverage: asked just before
    for (let i: u64 = 0; p < end; i += 16) {
      bits |= (<u64>stopsOf(p + 16 <= end ? v128.load(p, 0, 1) : lastWindow(p, end))) << i;
      p += 16;
    }
    store<u64>(at, bits);
    at += 8;
    p = end;
  }
  store<u64>(at, -1);
  return p;
}

function stopsOf32(p: usize): u64 {
  return <u64>(<u32>(stopsOf(v128.load(p, 0, 1)) | (stopsOf(v128.load(p, 16, 1)) << 16)));
}

/** A bit for each of the 16 octets from p on. */
export function stopsAt(p: usize): i32 {
  return stopsOf(v128.load(p, 0, 1));
}

/** Adding one takes DEL to the octets from 0x80 on, which are negative: one comparison finds all. */
function stopsOf(octets: v128): i32 {
  return i8x16.bitmask(i8x16.lt_s(i8x16.add(octets, i8x16.splat(1)), i8x16.splat(<i8>SP + 1)));
}
