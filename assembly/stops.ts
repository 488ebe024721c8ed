// Stops are the octets at which a value may end: those that are neither SP nor visible ASCII. They are listed ahead of
// the lines. Finding the end of a line is then one load that waits for nothing, where a search by windows costs a
// branch misprediction a line.
import { SP } from "./bytes";
import { HEAD, HEAD_LISTED, HEAD_STOP, STOPS, STOPS_STRIDE } from "./layout";

/** Most runs of 64 octets have no more stops than this: that many are listed without looking how many there are. */
const USUAL: u64 = 2;

/**
 * Lists the addresses of the stops from p on, which is a multiple of 64 away from `start`; leaves out a stop directly
 * after another (the LF of a CRLF). Ends the list with the address before which it has searched, and returns that.
 */
export function listStops(p: usize, start: usize, end: usize): usize {
  const last = min(end, p + STOPS_STRIDE);
  let at = STOPS;
  let carry: u64 = p == start ? 0 : <u64>stopsAt(p - 16) >> 15;
  for (; p < last; p += 64) {
    // The last 64 octets end where the input ends: those before p are shifted out.
    const from = min(p, end - 64);
    const bits = stopsOf64(from) >> <u64>(p - from);
    const firsts = bits & ~((bits << 1) | carry);
    carry = bits >> 63;
    at = list(firsts, p, at);
  }
  p = min(p, end);
  store<u32>(at, <u32>p);
  store<u32>(HEAD + HEAD_STOP, <u32>STOPS);
  store<u32>(HEAD + HEAD_LISTED, <u32>p);
  return p;
}

function list(bits: u64, p: usize, at: usize): usize {
  const count = popcnt(bits);
  store<u32>(at, <u32>p + <u32>ctz(bits), 0);
  bits &= bits - 1;
  store<u32>(at, <u32>p + <u32>ctz(bits), 4);
  if (count > USUAL) {
    bits &= bits - 1;
    let more = at + 8;
    do {
      store<u32>(more, <u32>p + <u32>ctz(bits));
      bits &= bits - 1;
      more += 4;
    } while (bits);
  }
  return at + <usize>count * 4;
}

function stopsOf64(p: usize): u64 {
  return (
    <u64>(<u32>(stopsAt(p) | (stopsAt(p + 16) << 16))) |
    ((<u64>(<u32>(stopsAt(p + 32) | (stopsAt(p + 48) << 16)))) << 32)
  );
}

/**
 * Returns a bit for each of the 16 octets from p on that is a stop. Adding one moves DEL to the octets from 0x80 on,
 * which are negative, so that one comparison finds all.
 */
export function stopsAt(p: usize): i32 {
  return i8x16.bitmask(i8x16.lt_s(i8x16.add(v128.load(p, 0, 1), i8x16.splat(1)), i8x16.splat(<i8>SP + 1)));
}
