/**
 * The intended deviations from h11, each with its reason. model.ts asks for a rule exactly where h11 and we part, so a
 * rule computes our outcome and never excuses a difference. With none of them the model is h11.
 */
export const RULES = {
  // Time and shape of errors
  "faults-reported-early":
    "a faulty line is reported when it is complete, at its first octet or at the end of input; h11 waits for the whole head (decisions: timing)",
  "same-error-again": "after a remote error every pull throws that same error with its hint; h11 forgets the hint",
  "client-hint-502":
    "in client role the hint of every remote error is 502: the gateway's answer to a bad upstream (RFC 9110 15.6.3)",
  "whole-head-order":
    "whole-head faults come in the order version, target, Host, Transfer-Encoding, Content-Length; h11 takes Host last",
  "wrong-state-changes-nothing":
    "an event that is not legal now is refused and nothing changes; h11's own state becomes ERROR (5.4 #28)",
  "data-in-204-changes-nothing": "data for a 204 is refused and nothing changes (5.4 #28; RFC 9110 15.3.5)",
  "data-in-304-changes-nothing": "data for a 304 is refused and nothing changes (5.4 #28; RFC 9110 15.4.5)",
  "data-without-body-changes-nothing":
    "data after HEAD, or for a message of length 0, the same (5.4 #28; RFC 9110 9.3.2)",
  "too-much-data-changes-nothing": "more data than Content-Length said is refused and nothing changes (5.4 #28)",
  "too-little-data-changes-nothing": "an end before Content-Length is reached is refused and nothing changes (5.4 #28)",
  "trailers-without-body-changes-nothing":
    "trailers of a message without body are refused and nothing changes (5.4 #28)",
  "trailers-after-length-changes-nothing":
    "trailers after a body of known length are refused and nothing changes (5.4 #28)",
  "trailers-until-close-changes-nothing": "trailers after a body that ends with the connection, the same (5.4 #28)",
  "refused-event-changes-nothing": "a head or trailer that may not be sent is refused and nothing changes (5.4 #28)",
  "no-foreign-errors": "only two kinds of error exist; h11's AttributeError and ValueError escape in odd states",
  // Heads
  "leading-empty-line-skipped": "one empty line before a request is skipped (RFC 9112 2.2)",
  "bare-lf-refused": "a line ends with CRLF, never with LF alone (RFC 9112 2.2 lets a recipient choose)",
  "obs-fold-refused": "obs-fold in a request or its trailers is refused (RFC 9112 5.2)",
  "obs-fold-unfolded": "in a response obs-fold becomes one SP together with the whitespace before it (RFC 9112 5.2)",
  "control-bytes": "control octets other than HTAB are refused in field values (RFC 9110 5.5)",
  "control-bytes-in-reason": "control octets other than HTAB are refused in a reason phrase (RFC 9112 4)",
  "version-505": "a version other than 1.0 and 1.1 is 505 (RFC 9110 15.6.6)",
  "connect-authority": "the target of CONNECT is host:port (RFC 9112 3.2.3)",
  "host-syntax": "an invalid Host is 400 (RFC 9112 3.2)",
  "head-limit": "maxHeadBytes counts the head's octets (5.4 #6)",
  "target-limit": "maxTargetBytes, 414 (RFC 9112 3)",
  "field-count-limit": "maxFields, 431 (5.4 #7)",
  "buffer-limit-dropped":
    "h11's one limit counts what is buffered and so depends on how the input was split; ours do not (5.4 #6)",
  // Framing
  "content-length-and-transfer-encoding":
    "both are refused in a request; in a response chunked wins and the connection closes (RFC 9112 6.1)",
  "transfer-encoding-on-1.0":
    "Transfer-Encoding in an HTTP/1.0 request is refused and never sent to an HTTP/1.0 client (RFC 9112 6.1)",
  "transfer-coding-faults":
    "only an unknown coding before a final chunked is 501; other faulty codings are 400 (RFC 9112 6.3)",
  "repeated-content-length": "equal values repeated are refused (RFC 9112 6.3 lets a recipient choose)",
  "integer-range": "lengths and chunk sizes above 2^53-1 are refused (5.4 #4)",
  "framing-ignored-without-body":
    "Content-Length and Transfer-Encoding on a response that has no body are kept and ignored (RFC 9112 6.3)",
  "values-as-received": "field values stay as they were written; h11 lowers the case of Transfer-Encoding",
  // Chunks and trailers
  "chunk-size-whitespace": "whitespace after a chunk size is refused (RFC 9112 7.1)",
  "chunk-extension-grammar": "chunk extensions follow RFC 9112 7.1.1; h11 accepts any octets but LF and no BWS",
  "chunk-size-digits": "maxChunkSizeDigits, 413",
  "chunk-extension-limit": "maxChunkExtensionBytes per line, 413",
  "chunk-line-limit": "maxChunkLineBytes, 413",
  "trailer-limit": "maxTrailerBytes, 431",
  "forbidden-trailers-dropped":
    "trailers for framing, routing, authentication and the like are dropped (RFC 9110 6.5.1)",
  "forbidden-trailers-refused": "the same trailers are refused on send (RFC 9110 6.5.1)",
  // Life of the connection
  "http10-keep-alive": "a server honours and echoes HTTP/1.0 keep-alive (RFC 9112 9.3)",
  "upgrade-needs-connection": "Upgrade proposes only with Connection: upgrade and HTTP/1.1 (RFC 9110 7.8)",
  "bytes-after-close-dropped": "octets after a message that closes are dropped (RFC 9112 9.6)",
  "unsolicited-response": "a response nobody asked for is refused (5.4 #25)",
  "idle-timeout-response": "a 408 that closes, before any request, is a closed connection (RFC 9110 15.5.9)",
  "other-1xx-answers-nothing":
    "only 100, 101 and a final response answer an expectation; h11 takes any 1xx (RFC 9110 10.1.1)",
  "given-up-after-final-response":
    "a client that got a final response before it sent any of the body may close without it (5.4 #19)",
  "client-pipelining": "in done a client may send its next request (RFC 9112 9.3.2)",
  "trailing-data-needs-switch": "trailing data exists only after a switch; h11 shows its buffer at any time",
  "trailing-data-moved-out": "taking trailing data moves it out, for the next protocol; h11 shows it again",
  "informational-limit": "maxInformationalResponses (5.4 #7)",
  // Sending
  "connection-close-in-place": "close joins the Connection field that is there; h11 rewrites the field (5.4 #20)",
  "framing-fields-in-place": "Transfer-Encoding: chunked stays where and as it was given; h11 moves it to the end",
  "framing-fields-stripped":
    "Content-Length and Transfer-Encoding are removed from 1xx, 204 and 2xx to CONNECT (RFC 9110 8.6, RFC 9112 6.1)",
  "content-length-and-transfer-encoding-sent": "giving both is refused; h11 drops Content-Length (RFC 9112 6.2)",
  "version-refused-when-made":
    "a version other than 1.1 is refused at once; h11 lets the event be made and refuses to send it",
  "reason-validated": "a reason phrase is checked before it is sent: response splitting (5.4 #8)",
} as const;

export type Rule = keyof typeof RULES;
export const ALL_RULES = Object.keys(RULES) as Rule[];
