// RFC 9113, sections 6 and 7: what each type of frame asks for.
import { elsewhere, type Rule, tested } from "./rule.ts";

const NO_PADDING = "padding is never sent";

// biome-ignore format: a table
export const FRAME_TYPE_RULES: readonly Rule[] = [
  // 6.1: DATA
  elsewhere("6.1", "both", "Padding octets are sent as zeros.", NO_PADDING),
  tested("6.1", "both", "DATA stands on a stream; on stream 0 it is a connection error PROTOCOL_ERROR.", "DATA on stream 0"),
  tested("6.1", "both", "DATA on a stream that is neither open nor half-closed (local) is a stream error STREAM_CLOSED.", "DATA on a half-closed stream", "DATA on a stream that END_STREAM of DATA half-closed", "DATA on a stream of ours that the server has ended"),
  tested("6.1", "both", "Padding as long as the payload, or longer, is a connection error PROTOCOL_ERROR.", "padding as long as the payload of DATA", "padding longer than the payload of DATA", "padding as long as the payload of DATA that is thrown away", "padded DATA"),

  // 6.2: HEADERS
  elsewhere("6.2", "both", "Padding octets are sent as zeros.", NO_PADDING),
  tested("6.2", "both", "HEADERS without END_HEADERS is followed by CONTINUATION of the same stream.", "a header block is one sequence that END_HEADERS ends"),
  tested("6.2", "both", "Any other frame there, or one of another stream, is a connection error PROTOCOL_ERROR.", "DATA inside a header block", "HEADERS inside a header block", "PRIORITY inside a header block", "RST_STREAM inside a header block", "SETTINGS inside a header block", "PING inside a header block", "GOAWAY inside a header block", "WINDOW_UPDATE inside a header block", "CONTINUATION of another stream"),
  tested("6.2", "both", "HEADERS stands on a stream; on stream 0 it is a connection error PROTOCOL_ERROR.", "HEADERS on stream 0"),
  tested("6.2", "both", "Padding as long as what it pads, or longer, is a connection error PROTOCOL_ERROR.", "padding as long as the payload of HEADERS", "padding longer than what the priority fields leave of HEADERS", "padded HEADERS", "padded HEADERS with priority fields"),

  // 6.3: PRIORITY
  tested("6.3", "both", "PRIORITY on stream 0 is a connection error PROTOCOL_ERROR.", "PRIORITY on stream 0"),
  tested("6.3", "both", "PRIORITY of another length than 5 is a stream error FRAME_SIZE_ERROR.", "PRIORITY of 4 octets", "PRIORITY of 6 octets"),

  // 6.4: RST_STREAM
  tested("6.4", "both", "After RST_STREAM came, nothing but PRIORITY is sent on the stream.", "nothing on a stream that was reset by either"),
  tested("6.4", "both", "After RST_STREAM was sent, frames that the peer had sent before are borne with.", "frames after our RST_STREAM"),
  tested("6.4", "both", "RST_STREAM on stream 0 is a connection error PROTOCOL_ERROR.", "RST_STREAM on stream 0"),
  tested("6.4", "both", "RST_STREAM is not sent on an idle stream.", "nothing on an idle stream"),
  tested("6.4", "both", "RST_STREAM on an idle stream is a connection error PROTOCOL_ERROR.", "RST_STREAM on an idle stream", "RST_STREAM on an idle stream of the other kind"),
  tested("6.4", "both", "RST_STREAM of another length than 4 is a connection error FRAME_SIZE_ERROR.", "RST_STREAM of 3 octets", "RST_STREAM of 5 octets"),

  // 6.5: SETTINGS
  tested("6.5", "both", "Both ends send SETTINGS at the start.", "a client sends the preface and SETTINGS first", "a server sends SETTINGS first"),
  tested("6.5", "both", "Every setting of the RFC is supported.", "a smaller HEADER_TABLE_SIZE is answered by a table size at the start of the next block", "no push when the client does not want it", "no more streams than the peer allows", "no more DATA than the window of the stream", "settings hold at once and are acknowledged behind what went before", "every other value is taken as it is"),
  tested("6.5", "both", "SETTINGS with ACK is sent without a payload.", "preface and SETTINGS", "SETTINGS are acknowledged each"),
  tested("6.5", "both", "SETTINGS with ACK and a payload is a connection error FRAME_SIZE_ERROR.", "SETTINGS ACK with a payload", "SETTINGS ACK with one octet"),
  tested("6.5", "both", "SETTINGS is sent on stream 0.", "a client sends the preface and SETTINGS first", "SETTINGS are acknowledged each"),
  tested("6.5", "both", "SETTINGS on another stream is a connection error PROTOCOL_ERROR.", "SETTINGS on a stream", "SETTINGS on an idle stream"),
  tested("6.5", "both", "SETTINGS that is badly formed is a connection error.", "SETTINGS of 5 octets", "a bad value behind good ones"),
  tested("6.5", "both", "SETTINGS whose length is no multiple of 6 is a connection error FRAME_SIZE_ERROR.", "SETTINGS of 5 octets", "SETTINGS of 7 octets"),
  tested("6.5.2", "server", "No PUSH_PROMISE is sent after ENABLE_PUSH 0 came.", "no push when the client does not want it"),
  tested("6.5.2", "client", "PUSH_PROMISE after ENABLE_PUSH 0 was acknowledged is a connection error PROTOCOL_ERROR.", "PUSH_PROMISE after ENABLE_PUSH 0 was acknowledged"),
  tested("6.5.2", "both", "ENABLE_PUSH other than 0 and 1 is a connection error PROTOCOL_ERROR.", "ENABLE_PUSH 2"),
  tested("6.5.2", "server", "A server does not announce ENABLE_PUSH 1; if it announces the setting, then 0.", "a server does not announce ENABLE_PUSH 1"),
  tested("6.5.2", "client", "ENABLE_PUSH 1 from a server is a connection error PROTOCOL_ERROR.", "ENABLE_PUSH 1 from a server", "ENABLE_PUSH 0 from a server"),
  tested("6.5.2", "both", "INITIAL_WINDOW_SIZE above 2^31-1 is a connection error FLOW_CONTROL_ERROR.", "INITIAL_WINDOW_SIZE 2^31", "INITIAL_WINDOW_SIZE 2^32-1", "INITIAL_WINDOW_SIZE 2^31-1"),
  tested("6.5.2", "both", "MAX_FRAME_SIZE is announced between 2^14 and 2^24-1.", "settings that cannot be are not announced"),
  tested("6.5.2", "both", "MAX_FRAME_SIZE outside of that is a connection error PROTOCOL_ERROR.", "MAX_FRAME_SIZE 16383", "MAX_FRAME_SIZE 2^24", "MAX_FRAME_SIZE 0", "MAX_FRAME_SIZE 16384", "MAX_FRAME_SIZE 2^24-1"),
  tested("6.5.2", "both", "Settings with unknown identifiers are ignored.", "unknown settings"),
  tested("6.5.3", "both", "Settings are applied as soon as they come.", "settings hold at once and are acknowledged behind what went before", "no more DATA than the window of the stream"),
  tested("6.5.3", "both", "The values of a frame are processed in their order, with no other frame between.", "ENABLE_PUSH 0 and 1 from a client", "a bad value behind good ones", "the smallest of several HEADER_TABLE_SIZEs is said, then the last"),
  tested("6.5.3", "both", "Unsupported settings are ignored.", "unknown settings"),
  tested("6.5.3", "both", "When all values are processed, SETTINGS with ACK is sent at once.", "SETTINGS are acknowledged each", "SETTINGS without entries"),

  // 6.6: PUSH_PROMISE
  tested("6.6", "server", "The promised identifier is one the server could open next.", "streams of a server are even and rise"),
  elsewhere("6.6", "server", "Padding octets are sent as zeros.", NO_PADDING),
  tested("6.6", "server", "PUSH_PROMISE without END_HEADERS is followed by CONTINUATION of the same stream.", "a large promise is one sequence that END_HEADERS ends"),
  tested("6.6", "client", "Any other frame there, or one of another stream, is a connection error PROTOCOL_ERROR.", "another frame inside a promise", "a promise in two frames, padded"),
  tested("6.6", "server", "PUSH_PROMISE is sent only on a stream of the client's that is open or half-closed (remote).", "a push belongs to a request that is open", "a push is no part of a push"),
  tested("6.6", "client", "PUSH_PROMISE on stream 0 is a connection error PROTOCOL_ERROR.", "PUSH_PROMISE on stream 0"),
  tested("6.6", "server", "PUSH_PROMISE is not sent when the peer's ENABLE_PUSH is 0.", "no push when the client does not want it"),
  tested("6.6", "client", "PUSH_PROMISE after ENABLE_PUSH 0 was acknowledged is a connection error PROTOCOL_ERROR.", "PUSH_PROMISE after ENABLE_PUSH 0 was acknowledged"),
  tested("6.6", "server", "PUSH_PROMISE is sent on no stream that is not open or half-closed (remote).", "a push belongs to a request that is open"),
  tested("6.6", "server", "The promised stream is idle.", "streams of a server are even and rise"),
  tested("6.6", "client", "PUSH_PROMISE on a stream that is neither open nor half-closed (local) is a connection error PROTOCOL_ERROR.", "PUSH_PROMISE on an idle stream", "PUSH_PROMISE on a stream that is over", "PUSH_PROMISE on a pushed stream", "PUSH_PROMISE on a stream of ours that the server has ended"),
  tested("6.6", "client", "PUSH_PROMISE on a stream that this end has reset is handled.", "PUSH_PROMISE on a stream we reset"),
  tested("6.6", "client", "A promise of a stream that is not idle is a connection error PROTOCOL_ERROR.", "a promise of a stream that was promised", "a promise of a lower stream than the last", "a promise of an odd stream", "a promise of stream 0"),
  tested("6.6", "client", "Padding as long as what it pads, or longer, is a connection error PROTOCOL_ERROR.", "padding as long as the payload of PUSH_PROMISE", "a promise in two frames, padded"),

  // 6.7: PING
  tested("6.7", "both", "PING has eight octets.", "a PING of ours has eight octets"),
  tested("6.7", "both", "PING without ACK is answered by PING with ACK and the same octets.", "PING is answered with its octets, PING ACK is not"),
  tested("6.7", "both", "The answer has the ACK flag.", "PING is answered with its octets, PING ACK is not"),
  tested("6.7", "both", "PING with ACK is not answered.", "PING is answered with its octets, PING ACK is not", "PING ACKs nobody asked for"),
  tested("6.7", "both", "PING on another stream than 0 is a connection error PROTOCOL_ERROR.", "PING on a stream"),
  tested("6.7", "both", "PING of another length than 8 is a connection error FRAME_SIZE_ERROR.", "PING of 7 octets", "PING of 9 octets", "PING ACK of 0 octets"),

  // 6.8: GOAWAY
  tested("6.8", "both", "After GOAWAY came, no streams are opened.", "no new stream after GOAWAY"),
  tested("6.8", "both", "GOAWAY on another stream than 0 is a connection error PROTOCOL_ERROR.", "GOAWAY on a stream"),
  tested("6.8", "both", "The last stream of a GOAWAY is never above that of one sent before.", "GOAWAY does not raise its last stream"),
  tested("6.8", "both", "Header blocks above the last stream of a sent GOAWAY are still processed for HPACK's sake.", "frames on streams above the last of our GOAWAY", "a promise above the last of our GOAWAY"),
  tested("6.8", "both", "DATA above the last stream of a sent GOAWAY still counts for the connection's window.", "DATA above the last stream of our GOAWAY is given back to the connection"),
  elsewhere("6.8", "both", "Debug data that is logged is guarded against unauthorised access.", "nothing is logged or kept"),

  // 6.9: WINDOW_UPDATE
  tested("6.9", "both", "Frames that flow control does not govern are accepted whatever the windows are.", "trailers when the window is full"),
  tested("6.9", "both", "WINDOW_UPDATE by 0 is a stream error PROTOCOL_ERROR.", "WINDOW_UPDATE 0 on a stream", "WINDOW_UPDATE 0 on a stream of ours", "WINDOW_UPDATE 0 with the reserved bit"),
  tested("6.9", "both", "On the connection's window it is a connection error.", "WINDOW_UPDATE 0 on the connection"),
  tested("6.9", "both", "WINDOW_UPDATE on a half-closed (remote) or closed stream is no error.", "WINDOW_UPDATE, PRIORITY and RST_STREAM on a half-closed stream", "WINDOW_UPDATE on a stream that is over (server)", "WINDOW_UPDATE on a stream that is over (client)", "WINDOW_UPDATE after the peer's RST_STREAM"),
  tested("6.9", "both", "Every DATA frame counts for the connection's window, even one in error.", "what is ignored is given back to the connection", "padding alone counts"),
  tested("6.9", "both", "WINDOW_UPDATE of another length than 4 is a connection error FRAME_SIZE_ERROR.", "WINDOW_UPDATE of 3 octets", "WINDOW_UPDATE of 5 octets"),
  tested("6.9.1", "both", "No DATA is sent above the windows of its stream and of the connection.", "no more DATA than the window of the stream", "no more DATA than the window of the connection", "an empty DATA that ends the stream needs no window"),
  tested("6.9.1", "both", "No credit is given that lifts a window over 2^31-1.", "credit is never 0 and never above 2^31-1"),
  tested("6.9.1", "both", "A window that WINDOW_UPDATE lifts over 2^31-1 ends the stream, or the connection, with FLOW_CONTROL_ERROR.", "a stream window over 2^31-1", "a stream window over 2^31-1 in two steps", "a stream window of ours over 2^31-1", "a connection window over 2^31-1", "a stream window of 2^31-1", "a connection window of 2^31-1"),
  tested("6.9.2", "both", "A change of INITIAL_WINDOW_SIZE changes the windows of all streams by the difference.", "no more DATA than the window of the stream", "INITIAL_WINDOW_SIZE lowered below what was sent"),
  tested("6.9.2", "both", "Windows may so become negative; nothing is sent until they are positive.", "INITIAL_WINDOW_SIZE lowered below what was sent", "INITIAL_WINDOW_SIZE lowered below what a client sent"),
  tested("6.9.2", "both", "A change that lifts a window over 2^31-1 is a connection error FLOW_CONTROL_ERROR.", "INITIAL_WINDOW_SIZE lifts a window over 2^31-1", "INITIAL_WINDOW_SIZE lifts the window of a request over 2^31-1"),
  tested("6.9.3", "both", "Whoever lowered its window bears with what was sent before the peer knew.", "a window we lowered holds when it is acknowledged, and not before"),

  // 6.10: CONTINUATION
  tested("6.10", "both", "CONTINUATION without END_HEADERS is followed by another.", "a header block is one sequence that END_HEADERS ends"),
  tested("6.10", "both", "Any other frame there, or one of another stream, is a connection error PROTOCOL_ERROR.", "DATA between CONTINUATIONs", "CONTINUATION of another stream"),
  tested("6.10", "both", "CONTINUATION on stream 0 is a connection error PROTOCOL_ERROR.", "CONTINUATION on stream 0"),
  tested("6.10", "both", "CONTINUATION without an unfinished header block before it is a connection error PROTOCOL_ERROR.", "CONTINUATION alone", "CONTINUATION alone on a known stream", "CONTINUATION behind END_HEADERS", "CONTINUATION behind a CONTINUATION with END_HEADERS"),

  // 7: error codes
  tested("7", "both", "Unknown error codes have no special effect.", "RST_STREAM with an unknown code", "GOAWAY with an unknown code and debug data"),
];
