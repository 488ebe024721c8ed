// RFC 9113, section 8: HTTP in HTTP/2.
import { elsewhere, type Rule, tested } from "./rule.ts";

const GATEWAY =
  "binds who forwards messages; what is handed on is valid and what is invalid cannot be sent, whoever calls";

// biome-ignore format: a table
export const MESSAGE_RULES: readonly Rule[] = [
  // 8.1: framing
  tested("8.1", "both", "No frame is sent between HEADERS and the CONTINUATIONs that follow it.", "a header block is one sequence that END_HEADERS ends"),
  tested("8.1", "both", "Trailers have no pseudo-fields.", "trailers end the stream and have no pseudo-fields"),
  tested("8.1", "both", "Received trailers with pseudo-fields make the message malformed.", "a pseudo-field in trailers"),
  tested("8.1", "both", "HEADERS without END_STREAM behind the header section makes the message malformed.", "a second header section", "trailers without END_STREAM", "DATA behind trailers without END_STREAM"),
  tested("8.1", "client", "A response that is complete is not discarded because RST_STREAM with NO_ERROR follows.", "a whole response and RST_STREAM NO_ERROR behind it"),
  tested("8.1.1", "both", "Malformed messages are not handed on.", "a request is not forwarded that was malformed", "content-length and less, ended by DATA"),
  tested("8.1.1", "both", "A malformed message is a stream error PROTOCOL_ERROR.", "an upper-case letter first in a name", "content-length and more", "content-length and less, ended by trailers", "content-length and nothing, ended by HEADERS", "the body of a malformed request is ignored"),
  tested("8.1.1", "client", "A malformed response is not accepted.", "no :status", ":status \"2xx\"", "1xx with END_STREAM", "204 with content", "a response to HEAD with content"),

  // 8.2: fields
  tested("8.2", "both", "Field names are sent in lower case.", "names are sent in lower case"),
  tested("8.2.1", "both", "Names and values are validated when received.", "octet 0x41 in a name", "octet 0x0d in a value", "CRLF and a request in a value", "a field line as a name"),
  tested("8.2.1", "both", "A name has no octets 0x00-0x20, 0x41-0x5a, 0x7f-0xff.", "octet 0x00 in a name", "octet 0x20 in a name", "octet 0x41 in a name", "octet 0x5a in a name", "octet 0x7f in a name", "octet 0xff in a name", "fields that are illegal are not sent", "every token octet in a name"),
  tested("8.2.1", "both", "A name that is no pseudo-field's has no colon.", "octet 0x3a in a name", "fields that are illegal are not sent"),
  tested("8.2.1", "both", "A value has no NUL, LF or CR.", "octet 0x00 in a value", "octet 0x0a in a value", "octet 0x0d in a value", "octet 0x00 first in a value", "octet 0x0a last in a value", "octet 0x0d last in a value", "fields that are illegal are not sent"),
  tested("8.2.1", "both", "A value does not begin or end with SP or HTAB.", "SP first in a value", "SP last in a value", "HTAB first in a value", "HTAB last in a value", "fields that are illegal are not sent"),
  tested("8.2.1", "both", "A message that breaks these rules is malformed.", "octet 0x00 in a name", "SP first in a value", "an upper-case name in trailers"),
  tested("8.2.1", "both", "Such fields are not forwarded.", "a request is not forwarded that was malformed", "fields that are illegal are not sent"),
  tested("8.2.2", "both", "Connection-specific fields are not sent.", "connection-specific fields are not sent"),
  tested("8.2.2", "both", "A received message with connection-specific fields is malformed.", "the field connection", "the field keep-alive", "the field proxy-connection", "the field transfer-encoding", "the field upgrade", "transfer-encoding: chunked", "connection in trailers"),
  tested("8.2.2", "both", "TE says nothing but trailers.", "TE: gzip", "TE: trailers, gzip", "TE: trailers", "connection-specific fields are not sent"),
  elsewhere("8.2.2", "both", "An intermediary removes connection-specific fields from what it translates to HTTP/2.", GATEWAY),
  tested("8.2.3", "both", "Several Cookie fields are joined with \"; \" before they leave HTTP/2.", "crumbs of a cookie", "crumbs of a cookie in a promise"),

  // 8.3: pseudo-fields
  tested("8.3", "both", "No pseudo-fields are sent but those that are defined.", "pseudo-fields are sent first, each once, and no others", "fields that are illegal are not sent"),
  tested("8.3", "client", "Request pseudo-fields do not stand in responses.", ":method in a response", ":path in a response", ":scheme in a response", ":authority in a response", ":protocol in a response"),
  tested("8.3", "server", "Response pseudo-fields do not stand in requests.", ":status in a request"),
  tested("8.3", "both", "Pseudo-fields do not stand in trailers.", "a pseudo-field in trailers", "trailers end the stream and have no pseudo-fields"),
  tested("8.3", "both", "A message with undefined or invalid pseudo-fields is malformed.", "an unknown pseudo-field", "a pseudo-field without a name"),
  tested("8.3", "both", "Pseudo-fields are sent before all other fields.", "pseudo-fields are sent first, each once, and no others"),
  tested("8.3", "both", "A pseudo-field behind another field makes the message malformed.", ":path behind a field", ":method behind a field", ":status behind a field"),
  tested("8.3", "both", "No pseudo-field is sent twice.", "pseudo-fields are sent first, each once, and no others"),
  tested("8.3", "both", "A pseudo-field that comes twice makes the message malformed.", ":method twice", ":scheme twice", ":authority twice", ":path twice", ":protocol twice", ":status twice"),
  tested("8.3.1", "server", "Host does not determine the target when :authority is there.", "Host as :authority", "Host that differs from :authority", "Host without :authority"),
  tested("8.3.1", "client", "The authority of a request made for HTTP/2 is sent as :authority, and not made up where there is none.", "Host becomes :authority", "pseudo-fields are sent first, each once, and no others"),
  tested("8.3.1", "client", "No Host is sent that differs from :authority.", "targets that cannot be are not sent"),
  tested("8.3.1", "server", "A server that is no origin normalises Host and :authority by their scheme before it compares them.", "Host with the port of :scheme", "Host without the port of :authority", "Host with another port than :authority", "Host with the port of another scheme", "Host with the port of an unknown scheme"),
  elsewhere("8.3.1", "both", "An intermediary makes :authority from the control data of the original request.", GATEWAY),
  elsewhere("8.3.1", "both", "An intermediary makes Host from :authority when it needs one.", GATEWAY),
  tested("8.3.1", "both", ":authority has no userinfo.", "userinfo in :authority", "targets that cannot be are not sent"),
  tested("8.3.1", "both", ":path is not empty.", "an empty :path", "targets that cannot be are not sent"),
  tested("8.3.1", "client", "A URI without a path is sent with :path /, or * in OPTIONS.", "targets that cannot be are not sent"),
  tested("8.3.1", "both", "OPTIONS without a path has :path *, and only that.", "* as :path of OPTIONS", "* as :path of GET", "* is the target of OPTIONS"),
  tested("8.3.1", "both", "A request has one valid :method, :scheme and :path, unless it is CONNECT.", "no :method", "no :scheme", "no :path", "an empty :method", "an empty :scheme", "a request line in :method", "a URI in :scheme", "octet 0x20 in :path", "octet 0x0d in :path", "targets that cannot be are not sent"),
  tested("8.3.2", "both", "Every response has :status, interim ones too.", "no :status", "no fields at all", "a response has :status, interim ones too"),

  // 8.4: push
  tested("8.4", "server", "Promised requests are safe and cacheable.", "a pushed request is safe, cacheable, complete and without a body"),
  tested("8.4", "client", "A promise that is unsafe, not cacheable or has content resets the promised stream with PROTOCOL_ERROR.", "a promise of an unsafe method", "a promise of a request with content"),
  elsewhere("8.4", "client", "Pushed responses that are not cacheable are not stored.", "there is no cache here"),
  tested("8.4", "server", "A promise has an :authority; the server is authoritative for it.", "a pushed request is safe, cacheable, complete and without a body"),
  elsewhere("8.4", "client", "A promise for which the server is not authoritative is a stream error PROTOCOL_ERROR.", "authority is a matter of certificates and names: the caller sees `authority` in the event and resets the stream"),
  tested("8.4", "server", "PUSH_PROMISE from a client is a connection error PROTOCOL_ERROR.", "PUSH_PROMISE from a client"),
  tested("8.4.1", "server", "A promise has a valid and complete set of request fields.", "a pushed request is safe, cacheable, complete and without a body"),
  tested("8.4.1", "server", "The method of a promise is safe and cacheable.", "a pushed request is safe, cacheable, complete and without a body"),
  tested("8.4.1", "client", "A promise that is not complete and valid, or not safe, is a stream error PROTOCOL_ERROR on the promised stream.", "a promise without :path", "a promise of an unsafe method", "a promise without :authority"),
  tested("8.4.1", "client", "A client sends no PUSH_PROMISE.", "a client does not push"),
  tested("8.4.1", "server", "A promise is sent on a stream that is open or half-closed (remote).", "a push belongs to a request that is open"),
  elsewhere("8.4.2", "client", "A pushed response is used only if the server is authoritative, or the proxy configured.", "authority is a matter of certificates and names: the caller's"),

  // 8.5 to 8.7
  tested("8.5", "both", "CONNECT has no :scheme and no :path.", "CONNECT with :scheme", "CONNECT with :path", "CONNECT without :authority", "CONNECT", "pseudo-fields are sent first, each once, and no others"),
  tested("8.5", "both", "On a connected stream nothing is sent but DATA, RST_STREAM, WINDOW_UPDATE and PRIORITY.", "no trailers on a connected stream"),
  tested("8.5", "both", "Anything else there is a stream error.", "HEADERS on a connected stream (server)", "HEADERS on a connected stream (client)"),
  elsewhere("8.5", "server", "A proxy that meets an error of the stream or the connection resets the TCP connection it opened.", "that connection is the proxy's"),
  tested("8.7", "server", "A server does not say of a stream that it was not processed unless it was not.", "GOAWAY behind a refused stream", "GOAWAY covers every stream whose frames were handed on"),
  tested("8.7", "server", "REFUSED_STREAM is not used for a stream of which frames were handed on, and GOAWAY names no lower stream.", "more streams than MAX_CONCURRENT_STREAMS", "GOAWAY covers every stream whose frames were handed on"),
];
