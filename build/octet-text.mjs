// Encodes the embedded kernels as ASCII text that needs no escapes, for decodeOctets() in src/wasm/module.ts. Three of
// the characters begin a pair, which can encode any octet; each other character encodes one of the most frequent
// octets. The text begins with the list of those.
const PAIRS = 3;
const SINGLES = 88;

/**
 * The characters of minified JavaScript, most frequent first. Frequent octets get frequent characters, because the text
 * is compressed together with code, with one table for both: saves 200 octets of fetchOver's 25,100 gzipped.
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

/** Returns a character from "#" to "~", skipping the backslash. */
function charOf(index) {
  return String.fromCharCode(index + (index < 57 ? 35 : 36));
}

function rank(char) {
  const at = USUAL.indexOf(char);
  return at < 0 ? USUAL.length : at;
}
