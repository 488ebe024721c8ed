// RFC 9113, sections 9 and 10: TLS, intermediaries, abuse.
import { elsewhere, type Rule, tested } from "./rule.ts";

const TLS = "TLS is the caller's: the core is given octets";

// biome-ignore format: a table
export const CONNECTION_RULES: readonly Rule[] = [
  elsewhere("9.1.1", "client", "A certificate that lets a connection be used for another host satisfies every check of a new one.", TLS),
  elsewhere("9.2", "both", "TLS is of version 1.2 or higher.", TLS),
  elsewhere("9.2", "both", "TLS supports Server Name Indication.", TLS),
  elsewhere("9.2", "client", "A client sends server_name when the server has a domain name.", TLS),
  elsewhere("9.2.1", "both", "TLS 1.2: compression is disabled.", TLS),
  elsewhere("9.2.1", "both", "TLS 1.2: renegotiation is disabled.", TLS),
  elsewhere("9.2.1", "both", "TLS 1.2: renegotiation is a connection error PROTOCOL_ERROR.", `${TLS}; \`goaway("PROTOCOL_ERROR")\` says it`),
  elsewhere("9.2.1", "both", "TLS 1.2: renegotiation for client certificates comes before the preface.", TLS),
  elsewhere("9.2.1", "both", "TLS 1.2: ephemeral keys of 2048 bits (DHE) and 224 bits (ECDHE) are supported.", TLS),
  elsewhere("9.2.1", "client", "TLS 1.2: DHE of up to 4096 bits is accepted.", TLS),
  elsewhere("9.2.2", "both", "TLS 1.2: INADEQUATE_SECURITY is not said of a cipher suite that is not prohibited.", `${TLS}; the core never says it`),
  elsewhere("9.2.2", "both", "TLS 1.2: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 with P-256 is supported.", TLS),
  elsewhere("9.2.3", "server", "TLS 1.3: no post-handshake CertificateRequest is sent.", TLS),
  elsewhere("9.2.3", "client", "TLS 1.3: a post-handshake CertificateRequest is a connection error PROTOCOL_ERROR.", `${TLS}; \`goaway("PROTOCOL_ERROR")\` says it`),
  tested("10.3", "both", "Fields are validated before a message goes on in another version of HTTP: what is received passes, or is a stream error.", "CRLF and a request in a value", "a field line as a name", "an empty name", "a request line in :method", "a URI in :scheme", "octet 0x0d in :path", "transfer-encoding: chunked"),
  elsewhere("10.3", "both", "An intermediary removes or replaces fields that are not to be forwarded.", "binds who forwards messages; connection-specific fields can neither come in nor go out here"),
  elsewhere("10.4", "server", "Tenants of a server do not push what they have no authority over.", "the application's"),
  elsewhere("10.4", "client", "Pushed responses without authority are neither used nor cached.", "the application's"),
  tested("10.5.1", "both", "A header block that is too large is processed all the same, unless the connection is closed.", "more octets of fields than allowed", "more fields than allowed", "more crumbs than allowed", "an entry referenced again and again", "an entry of 4 KiB referenced thousands of times", "a response with more octets of fields than allowed"),
  elsewhere("10.6", "both", "Content with secrets and with an attacker's data is not compressed together.", "content codings are the application's; for fields there is the never-indexed form"),
  elsewhere("10.6", "both", "What comes from a source that is not known is not compressed.", "content codings are the application's"),
  elsewhere("10.6", "both", "TLS compression is not used.", TLS),
];
