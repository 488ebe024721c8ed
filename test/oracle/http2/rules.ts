/**
 * The intended differences from hyper-h2, each with its reason ("#" numbers are hyper-h2's verified defects, section 1.12
 * of the study). The model asks for a rule exactly where hyper-h2 and we part, so a rule computes our outcome and never
 * excuses a difference. With none of them the model is hyper-h2.
 */
export const RULES = {
  // Beginning, frames
  "wrong-preface-is-answered":
    "a wrong preface is answered with GOAWAY; hyper-h2 raises and stays as it was (RFC 9113 3.4)",
  "first-frame-is-settings": "the peer's first frame is SETTINGS (#10, RFC 9113 3.4)",
  "events-before-the-error": "events before an error are never lost (#3)",
  "nothing-after-the-fatal-error": "after a fatal error all input is ignored: the same error, no other GOAWAY",
  "reserved-bit-is-ignored": "the reserved bit of a window increment is ignored (#13, RFC 9113 6.9)",
  "acknowledgement-with-payload": "SETTINGS acknowledgement with payload is FRAME_SIZE_ERROR (#4, RFC 9113 6.5)",
  "unsolicited-acknowledgement-is-ignored": "an acknowledgement nobody asked for is no event (#10)",
  "each-setting-counts": "settings of one frame hold one after the other, each is checked (#18, RFC 9113 6.5.3)",
  "server-must-not-enable-push": "ENABLE_PUSH=1 from a server is PROTOCOL_ERROR (RFC 9113 6.5.2)",
  "priorities-of-rfc9218-are-known":
    "SETTINGS_NO_RFC7540_PRIORITIES is 0 or 1 and never changes; hyper-h2 does not know it (RFC 9218 2.1)",
  "extended-connect-stays": "SETTINGS_ENABLE_CONNECT_PROTOCOL is not taken back (RFC 8441 3)",
  "ended-streams-have-no-window":
    "an initial window size is too large for living streams only; hyper-h2 counts those that are over (RFC 9113 6.9.2)",
  "acknowledgements-in-order": "each acknowledgement activates exactly its own frame's values (#8, RFC 9113 6.5.3)",
  "settings-hold-when-acknowledged": "our first settings bind the peer once it acknowledged them (#14, RFC 9113 6.5.3)",
  "compression-error": "a header block that cannot be decoded is COMPRESSION_ERROR (#4, RFC 9113 4.3)",
  "size-of-priority-is-a-stream-error": "PRIORITY of a wrong length ends its stream only (RFC 9113 6.3)",
  "priority-on-itself-is-a-stream-error": "a stream that depends on itself ends that stream only (RFC 7540 5.3.1)",
  "extension-frames-are-known":
    "ORIGIN (RFC 8336) and PRIORITY_UPDATE (RFC 9218) are read; to hyper-h2 they are unknown",
  "alternative-service-names-no-authority":
    "the event of ALTSVC on a stream leaves its origin to the reader (RFC 7838 4)",
  "padding-up-to-the-fragment":
    "padding is counted against what is left behind the priority, and may take all of it (RFC 9113 6.2)",
  "roles-are-fixed": "who is client is known from the beginning; hyper-h2 guesses it from the first ALTSVC",
  "header-limit-is-an-option":
    "what is accepted of fields is limits.maxHeaderBytes; SETTINGS_MAX_HEADER_LIST_SIZE is advice (RFC 9113 6.5.2)",
  // Streams
  "reset-of-an-idle-stream": "RST_STREAM on an idle stream is PROTOCOL_ERROR (#5, RFC 9113 6.4)",
  "increment-0-is-a-stream-error": "WINDOW_UPDATE by 0 on a stream ends that stream only (#13, RFC 9113 6.9)",
  "data-on-ended-stream": "DATA on a stream closed by END_STREAM is a connection error STREAM_CLOSED (RFC 9113 5.1)",
  "ignored-after-our-reset":
    "what the peer sent before it saw our RST_STREAM is ignored, not reset again (#16, RFC 9113 5.1)",
  "frames-on-reserved-streams":
    "on a reserved stream DATA and WINDOW_UPDATE of the wrong end are PROTOCOL_ERROR (RFC 9113 5.1)",
  "stream-window-is-a-stream-error": "DATA over a stream's window ends that stream only (#14, RFC 9113 6.9)",
  "empty-data-needs-no-window": "DATA without octets may come when a lowered window is negative (RFC 9113 6.9.1)",
  "too-many-streams-are-refused": "a stream too many is REFUSED_STREAM, the connection goes on (#14, RFC 9113 5.1.2)",
  "ended-streams-open-none":
    "HEADERS on a stream that is over open none; hyper-h2 forgets such streams and counts one more (RFC 9113 5.1.2)",
  "goaway-lets-streams-finish": "after the peer's GOAWAY the streams go on (#1, RFC 9113 6.8)",
  "our-goaway-lets-streams-finish": "after our GOAWAY the streams go on (#1, RFC 9113 6.8)",
  "goaway-keeps-the-output": "the peer's GOAWAY discards nothing that is queued (#1)",
  "push-on-ended-stream": "a promise on a stream that the server ended is PROTOCOL_ERROR (RFC 9113 6.6)",
  "promised-streams-are-new": "a promise of a stream that was used is PROTOCOL_ERROR (RFC 9113 5.1.1)",
  "every-release-is-credited": "what was released is credited at the next drain; hyper-h2 waits for half of the window",
  "data-too-long-is-a-stream-error": "a DATA frame above SETTINGS_MAX_FRAME_SIZE ends its stream only (RFC 9113 4.2)",
  "refused-promises-are-used": "a promise that is refused uses its stream id; hyper-h2 forgets it",
  "unpromised-streams-are-not-used":
    "a client's peer opens no streams: such an id is not the last one in GOAWAY (RFC 9113 6.8)",
  "promises-count-as-streams":
    "promised streams count against SETTINGS_MAX_CONCURRENT_STREAMS, so that they are bounded",
  "alternative-service-at-any-time": "ALTSVC on a stream is an event as long as the stream lives (RFC 7838 4)",
  // Messages
  "malformed-request": "a malformed request is a stream error (#2, RFC 9113 8.1.1)",
  "malformed-response": "a malformed response is a stream error (#2, RFC 9113 8.1.1)",
  "malformed-trailers": "malformed trailers are a stream error (#2, RFC 9113 8.1.1)",
  "malformed-push": "a malformed promise is a stream error (#2, RFC 9113 8.1.1)",
  "promises-are-safe": "a promise of an unsafe request, or of one with a body, is a stream error (RFC 9113 8.4)",
  "body-before-its-head": "DATA before the head is a stream error (#2, RFC 9113 8.1)",
  "body-of-another-length": "a body of another length than Content-Length says is a stream error (#2, RFC 9113 8.1.1)",
  "tunnels-have-no-trailers": "on a connected stream HEADERS are a stream error, and not sent (RFC 9113 8.5)",
  "tunnels-have-no-length": "Content-Length in a 2xx to CONNECT is ignored (RFC 9110 8.6)",
  "informational-on-a-push": "1xx may come before a pushed response; hyper-h2 takes it for an error (RFC 9113 8.1)",
  "informational-on-a-closed-stream": "1xx on a closed stream is judged as any HEADERS (RFC 9113 5.1)",
  "large-fields-are-a-stream-error":
    "a message with too large fields is answered 431, or its stream reset; the connection goes on",
  "length-at-every-end": "Content-Length is checked also when HEADERS end the stream (#6, RFC 9113 8.1.1)",
  "length-without-body":
    "Content-Length of a response without body by definition says nothing of DATA (#7, RFC 9110 8.6)",
  "body-where-there-is-none": "DATA after HEAD, 204 or 304 is a stream error (RFC 9110 6.4.1)",
  "strict-content-length": "Content-Length is 1*DIGIT, once (RFC 9110 8.6)",
  "strict-names": "field names are tokens (#12, RFC 9113 8.2.1)",
  "strict-values": "field values have no control octets but HTAB (#12, RFC 9110 5.5)",
  "strict-status": "a status is three digits from 100 on, and not 101 (#12, RFC 9113 8.6)",
  "strict-method": "a method is a token (#12, RFC 9110 9.1)",
  "strict-scheme": "a scheme follows RFC 3986 3.1 (#12)",
  "strict-path": "a path begins with a slash and is visible ASCII (#12, RFC 9113 8.3.1)",
  "strict-authority": "an authority is uri-host [ : port ] (#12, RFC 9113 8.3.1)",
  "host-once": "Host stands once (RFC 9112 3.2)",
  "host-in-any-case": "Host and :authority are compared without case (RFC 9110 4.2.3)",
  "connect-by-authority": "CONNECT has an authority and neither scheme nor path (RFC 9113 8.5)",
  "extended-connect-when-enabled": "extended CONNECT only where we announced it (#11, RFC 8441 3)",
  "no-authority-needed":
    "a request needs neither :authority nor Host (RFC 9113 8.3.1 asks for it only in some schemes)",
  "cookies-in-place": "the joined cookie stands where its first crumb stood; hyper-h2 moves it to the end",
  "forbidden-trailers-are-dropped": "trailers for framing, routing and the like are dropped (RFC 9110 6.5.1)",
  // Sending
  "refused-call-keeps-the-connection":
    "a call that is refused changes nothing; hyper-h2 closes the connection's machine",
  "refused-call-keeps-the-stream": "a call that is refused changes nothing; hyper-h2 closes the stream's machine",
  "refused-call-opens-no-stream": "a call that is refused uses no stream id (#15)",
  "refused-fields-keep-the-encoder":
    "a list that is refused is not in the encoder's table; in hyper-h2 it is, and the peer's is out of step",
  "padding-is-given-back": "padding is credited by itself, nobody can release it (RFC 9113 6.9)",
  "reset-of-an-ended-stream-is-nothing": "a reset of a stream that is over does nothing; hyper-h2 refuses it",
  "goaway-with-an-error-ends-all": "after our GOAWAY with an error nothing is heard any more",
  "stream-ids-are-ours": "openStream and push take the next id; hyper-h2 takes what its caller gives",
  "scheme-defaults-to-https": "a request without scheme is sent with https",
  "host-becomes-authority": "Host is sent as :authority, and not besides it (RFC 9113 8.3.1)",
  "no-length-without-body": "Content-Length is not sent in 1xx, 204 and 2xx to CONNECT (RFC 9110 8.6)",
  "informational-responses-do-not-end":
    "sent 1xx cannot say that they end the message; hyper-h2 refuses it when told so",
  "no-new-streams-after-goaway": "after GOAWAY either way there are no new streams of ours (RFC 9113 6.8)",
  "data-waits-for-windows": "data beyond the windows waits, and goes out when they open; hyper-h2 refuses it",
  "data-is-cut-into-frames": "data larger than a frame is cut; hyper-h2 refuses it",
  "empty-data-is-not-sent": "no DATA frame without octets and without END_STREAM",
  "body-after-its-head": "a body is sent after its head only; hyper-h2 sends it before (RFC 9113 8.1)",
  "no-promise-behind-the-end": "nothing is promised on a stream whose end is queued behind a window (RFC 9113 6.6)",
  "body-as-long-as-said": "a body of another length than Content-Length says is refused (RFC 9113 8.1.1)",
  "setting-ids-of-16-bits": "setting ids have 16 bits; hyper-h2 sends 8 (#18)",
  "whitespace-is-refused": "whitespace around a name or value is refused; hyper-h2 strips it",
  "connection-fields-are-refused": "connection-specific fields are refused; hyper-h2 drops them (RFC 9113 8.2.2)",
} as const;

export type Rule = keyof typeof RULES;
export const ALL_RULES = Object.keys(RULES) as Rule[];
