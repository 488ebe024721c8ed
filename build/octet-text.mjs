// The embedded kernels: octets as a text of ASCII that needs no escapes, for decodeOctets() of src/wasm/module.ts. Three chars
// begin a pair, which can be any octet; each of the others stands for one of the most frequent, which the text begins with.
const PAIRS = 3;
const SINGLES = 88;

export function octetText(octets) {
  const count = new Array(256).fill(0);
  for (const octet of octets) count[octet]++;
  const alphabet = [...count.keys()].sort((a, b) => count[b] - count[a] || a - b).slice(0, SINGLES);
  const singles = new Map(alphabet.map((octet, i) => [octet, charOf(PAIRS + i)]));
  const pair = (octet) => charOf(Math.floor(octet / SINGLES)) + charOf(octet % SINGLES);
  return [...alphabet.map(pair), ...Array.from(octets, (octet) => singles.get(octet) ?? pair(octet))].join("");
}

/** The chars from "#" to "~", without the backslash. */
function charOf(index) {
  return String.fromCharCode(index + (index < 57 ? 35 : 36));
}
