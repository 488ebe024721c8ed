// The embedded kernels: octets as a text of ASCII that needs no escapes, for decodeOctets() of src/wasm/module.ts. Three chars
// begin a pair, which can be any octet; each of the others stands for one of the most frequent, which the text begins with.
const PAIRS = 3;
const SINGLES = 88;

/**
 * The chars of minified JavaScript, the most frequent first. Frequent octets become frequent chars: the text stands among
 * code, and a compressor has one table for both (200 octets of fetchOver's 25,100 gzipped).
 */
const USUAL = "etinsro.h =,()alc`ud:f{}1p0g;-m&ywE!bTv_[]OASN2?|C4RxkL3D5I+>B6PqUH9F78GM<z/jWVK*YXZJQ^@";

export function octetText(octets) {
  const count = new Array(256).fill(0);
  for (const octet of octets) count[octet]++;
  const frequent = [...count.keys()].sort((a, b) => count[b] - count[a] || a - b).slice(0, SINGLES);
  const chars = Array.from(frequent, (_, i) => charOf(PAIRS + i)).sort((a, b) => rank(a) - rank(b));
  const singles = new Map(frequent.map((octet, i) => [octet, chars[i]]));
  const pair = (octet) => charOf(Math.floor(octet / SINGLES)) + charOf(octet % SINGLES);
  const inPlace = [...singles].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([octet]) => octet);
  return [...inPlace.map(pair), ...Array.from(octets, (octet) => singles.get(octet) ?? pair(octet))].join("");
}

/** The chars from "#" to "~", without the backslash. */
function charOf(index) {
  return String.fromCharCode(index + (index < 57 ? 35 : 36));
}

function rank(char) {
  const at = USUAL.indexOf(char);
  return at < 0 ? USUAL.length : at;
}
