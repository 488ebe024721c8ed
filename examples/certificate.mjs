// @ts-check
// A self-signed certificate for trying out TLS locally: X.509 (RFC 5280) in DER, for an elliptic-curve key that is
// generated on the spot.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const DAY = 24 * 60 * 60 * 1000;
/** ecdsa-with-SHA256, commonName, subjectAltName, basicConstraints. */
const OID = {
  ecdsaSha256: "2a8648ce3d040302",
  commonName: "550403",
  subjectAltName: "551d11",
  basicConstraints: "551d13",
};

/** @returns {{ key: string, cert: string }} in PEM, for localhost and the loopback addresses, valid for thirty days */
export function selfSigned() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = sequence(der(0x06, Buffer.from(OID.ecdsaSha256, "hex")));
  const name = sequence(der(0x31, sequence(oid(OID.commonName), der(0x0c, Buffer.from("localhost")))));
  const serial = randomBytes(16);
  // Positive, and without leading zeros.
  serial[0] = /** @type {number} */ (serial[0] & 0x7f) | 0x40;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(Date.now() - DAY), time(Date.now() + 30 * DAY)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension(OID.basicConstraints, sequence()), extension(OID.subjectAltName, alternativeNames()))),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return { key: String(privateKey.export({ type: "pkcs8", format: "pem" })), cert: pem(certificate) };
}

function alternativeNames() {
  const loopback6 = Buffer.alloc(16);
  loopback6[15] = 1;
  return sequence(der(0x82, Buffer.from("localhost")), der(0x87, Buffer.from([127, 0, 0, 1])), der(0x87, loopback6));
}

/** @param {string} id @param {Buffer} value */
function extension(id, value) {
  return sequence(oid(id), der(0x04, value));
}

/** @param {string} hex */
function oid(hex) {
  return der(0x06, Buffer.from(hex, "hex"));
}

/** @param {number} milliseconds */
function time(milliseconds) {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x17, Buffer.from(text.slice(2)));
}

/** @param {...Buffer} members */
function sequence(...members) {
  return der(0x30, Buffer.concat(members));
}

/**
 * Encodes tag, length and value.
 * @param {number} tag
 * @param {Buffer} value
 */
function der(tag, value) {
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), value]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), value]);
}

/** @param {Buffer} octets */
function pem(octets) {
  const lines = octets.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
