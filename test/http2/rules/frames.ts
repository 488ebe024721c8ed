// RFC 9113, sections 3 to 5: the beginning, frames, streams.
import { elsewhere, type Rule, tested } from "./rule.ts";

const TLS = "TLS and its negotiation are the caller's: the core is given octets";

// biome-ignore format: a table
export const FRAME_RULES: readonly Rule[] = [
  // 3: the beginning
  elsewhere("3.2", "both", "The identifier h2c is neither offered nor selected in TLS.", TLS),
  tested("3.2", "both", "When TLS is negotiated, both ends send a connection preface.", "a client sends the preface and SETTINGS first", "a server sends SETTINGS first"),
  elsewhere("3.3", "both", "HTTP/2 over TLS is negotiated in TLS.", TLS),
  tested("3.3", "server", "A server sends its preface to a client that came with prior knowledge.", "a server sends SETTINGS first", "preface and SETTINGS"),
  tested("3.4", "client", "The 24 octets of the preface are followed by SETTINGS.", "a client sends the preface and SETTINGS first"),
  tested("3.4", "server", "SETTINGS is the first frame that a server sends.", "a server sends SETTINGS first"),
  tested("3.4", "both", "The peer's first SETTINGS are acknowledged after the own preface was sent.", "preface and SETTINGS", "preface of a server", "a server sends SETTINGS first"),
  tested("3.4", "server", "An invalid preface is a connection error PROTOCOL_ERROR.", "preface: HTTP/1.1 instead", "preface: octet 0 is wrong", "preface: octet 12 is wrong", "preface: octet 23 is wrong", "preface: HEADERS before SETTINGS", "preface: SETTINGS ACK before SETTINGS", "preface: an unknown frame before SETTINGS"),
  tested("3.4", "client", "An invalid preface is a connection error PROTOCOL_ERROR.", "preface: HTTP/1.1 answers", "preface of a server: HEADERS before SETTINGS", "preface of a server: GOAWAY before SETTINGS", "preface of a server: PING before SETTINGS"),

  // 4: frames
  tested("4.1", "both", "Frames above 16,384 octets are sent only when the peer allows larger ones.", "frames are not larger than the peer allows"),
  tested("4.1", "both", "Frames of unknown types are ignored and discarded.", "frames of unknown types"),
  tested("4.1", "both", "Flags without a meaning are ignored.", "flags without a meaning", "flags without a meaning on DATA and RST_STREAM"),
  tested("4.1", "both", "Flags without a meaning are left unset in what is sent (the reader of every emitted frame checks it).", "frames are not larger than the peer allows", "PING is answered with its octets, PING ACK is not"),
  tested("4.1", "both", "The reserved bit is ignored.", "the reserved bit of the stream identifier"),
  tested("4.1", "both", "The reserved bit is left unset in what is sent (the reader of every emitted frame checks it).", "frames are not larger than the peer allows"),
  tested("4.2", "both", "Frames of 16,384 octets can be received.", "DATA of MAX_FRAME_SIZE"),
  tested("4.2", "both", "A frame above the announced size, above the limit of its type, or too short for it is FRAME_SIZE_ERROR.", "DATA above MAX_FRAME_SIZE", "PING of 9 octets", "PRIORITY of 6 octets", "HEADERS too short for its priority fields", "a frame of 2^24-1 octets, of which only the header comes"),
  tested("4.2", "both", "In a frame that could change the connection's state (header blocks, SETTINGS, stream 0) that is a connection error.", "HEADERS above MAX_FRAME_SIZE", "CONTINUATION above MAX_FRAME_SIZE", "PUSH_PROMISE above MAX_FRAME_SIZE", "SETTINGS above MAX_FRAME_SIZE", "GOAWAY above MAX_FRAME_SIZE", "an unknown frame above MAX_FRAME_SIZE"),
  tested("4.3", "both", "A header block is sent as one sequence of frames with none between them.", "a header block is one sequence that END_HEADERS ends"),
  tested("4.3", "both", "Every header block is decompressed, or the connection ends with COMPRESSION_ERROR.", "HEADERS after our RST_STREAM, and HPACK goes on", "more streams than MAX_CONCURRENT_STREAMS, and HPACK goes on", "a broken block on a stream we reset"),
  tested("4.3", "both", "A block that cannot be decoded is a connection error COMPRESSION_ERROR.", "index 0", "a broken block of trailers", "a value longer than the block"),
  tested("4.3.1", "both", "When a smaller HEADER_TABLE_SIZE was acknowledged, the next block sent begins with a table size update.", "a smaller HEADER_TABLE_SIZE is answered by a table size at the start of the next block"),
  tested("4.3.1", "both", "A received block that lacks that update is a connection error COMPRESSION_ERROR.", "HEADER_TABLE_SIZE lowered and acknowledged, no size update", "HEADER_TABLE_SIZE lowered and acknowledged, size update above it", "HEADER_TABLE_SIZE lowered and acknowledged, size update", "HEADER_TABLE_SIZE lowered and not yet acknowledged"),

  // 5.1: states of streams
  tested("5.1", "both", "On an idle stream anything but HEADERS and PRIORITY is a connection error PROTOCOL_ERROR.", "DATA on an idle stream", "RST_STREAM on an idle stream", "WINDOW_UPDATE on an idle stream", "PRIORITY on idle, open and closed streams"),
  tested("5.1", "both", "HEADERS on an idle stream that only the receiver, or a promise, could open is a connection error PROTOCOL_ERROR.", "HEADERS of a client on an even stream", "HEADERS of a server on a stream the client has not opened", "HEADERS of a server on a stream it has not promised"),
  tested("5.1", "server", "On a stream that this end reserved only HEADERS, RST_STREAM and PRIORITY are sent.", "on a reserved stream only HEADERS and RST_STREAM"),
  tested("5.1", "server", "On a stream that this end reserved anything but RST_STREAM, PRIORITY and WINDOW_UPDATE is a connection error PROTOCOL_ERROR.", "DATA on a stream we promised", "HEADERS on a stream we promised", "WINDOW_UPDATE, PRIORITY and RST_STREAM on a stream we promised"),
  tested("5.1", "client", "On a stream that the peer reserved only RST_STREAM, WINDOW_UPDATE and PRIORITY are sent.", "on a reserved stream only HEADERS and RST_STREAM"),
  tested("5.1", "client", "On a stream that the peer reserved anything but HEADERS, RST_STREAM and PRIORITY is a connection error PROTOCOL_ERROR.", "DATA on a promised stream before its response", "WINDOW_UPDATE on a promised stream", "RST_STREAM on a promised stream"),
  tested("5.1", "both", "On a half-closed (remote) stream anything but WINDOW_UPDATE, PRIORITY and RST_STREAM is a stream error STREAM_CLOSED.", "DATA on a half-closed stream", "HEADERS on a half-closed stream", "empty DATA on a half-closed stream", "DATA on a stream that END_STREAM of DATA half-closed", "WINDOW_UPDATE, PRIORITY and RST_STREAM on a half-closed stream", "DATA on a stream we push on", "DATA on a stream of ours that the server has ended", "HEADERS on a stream of ours that the server has ended"),
  tested("5.1", "both", "Nothing but PRIORITY is sent on a closed stream.", "nothing but PRIORITY on a stream that is over", "nothing on a stream that was reset by either"),
  tested("5.1", "both", "Frames that come after the own RST_STREAM are processed as far as the connection needs and discarded.", "frames after our RST_STREAM", "HEADERS after our RST_STREAM, and HPACK goes on", "a header block begun before our RST_STREAM", "an entry of a stream we reset is in the table"),
  tested("5.1.1", "client", "Streams of a client have odd identifiers.", "streams of a client are odd and rise"),
  tested("5.1.1", "server", "Streams of a server have even identifiers.", "streams of a server are even and rise"),
  tested("5.1.1", "both", "A new stream's identifier is above all those its end has opened or reserved.", "streams of a client are odd and rise", "streams of a server are even and rise"),
  tested("5.1.1", "server", "An identifier that cannot be is a connection error PROTOCOL_ERROR.", "HEADERS of a client on an even stream", "HEADERS on a lower stream than the last", "streams may be skipped", "a stream behind the last there is"),
  tested("5.1.1", "client", "An identifier that cannot be is a connection error PROTOCOL_ERROR.", "a promise of an odd stream", "a promise of a lower stream than the last", "HEADERS of a server on a stream it has not promised"),
  tested("5.1.2", "both", "No more streams are opened than the peer allows.", "no more streams than the peer allows"),
  tested("5.1.2", "both", "HEADERS above the announced number of streams is a stream error PROTOCOL_ERROR or REFUSED_STREAM.", "more streams than MAX_CONCURRENT_STREAMS", "as many streams as allowed", "a stream ends and another begins", "a stream that is reset leaves its place", "more pushed streams than MAX_CONCURRENT_STREAMS"),

  // 5.2 to 5.5
  tested("5.2.1", "both", "A sender keeps to the windows that the receiver gives.", "no more DATA than the window of the stream", "no more DATA than the window of the connection"),
  elsewhere("5.2.2", "both", "Frames are read from the transport as soon as they are there.", "reading from the transport is the caller's; what was fed is read at the next pull, whatever windows say"),
  tested("5.4", "both", "A connection error is reported (each case that ends so looks for its GOAWAY).", "DATA on stream 0", "an error after our GOAWAY"),
  tested("5.4.1", "both", "After GOAWAY with an error the transport is closed: the connection says that it is finished, and ignores what still comes.", "DATA on stream 0", "CONTINUATION alone"),
  tested("5.4.2", "both", "Whoever sent RST_STREAM bears with what the peer had sent before it came.", "frames after our RST_STREAM", "the body of a malformed request is ignored"),
  tested("5.4.2", "both", "RST_STREAM is not answered by RST_STREAM.", "RST_STREAM is not answered", "RST_STREAM on a stream that is over (server)", "RST_STREAM on a stream that is over (client)"),
  tested("5.5", "both", "Unknown values of whatever can be extended are ignored.", "unknown settings", "RST_STREAM with an unknown code", "GOAWAY with an unknown code and debug data", "frames of unknown types"),
  tested("5.5", "both", "Frames of unknown types are discarded.", "frames of unknown types"),
  tested("5.5", "both", "An extension frame inside a header block is a connection error PROTOCOL_ERROR.", "a frame of unknown type inside a header block"),
  tested("5.5", "both", "An extension that changes what there is needs the other end's consent (here: extended CONNECT).", "extended CONNECT only when the server allows it", ":protocol when it was not allowed"),
  elsewhere("5.5", "both", "A setting that negotiates an extension is off at first.", "binds who defines extensions; none is defined here"),
];
