// The known field names; the identity of each is its place, from 1. The kernel builds its hash from this text, which
// src/wasm hands to it, and HeaderFields takes names from it. Each has its most frequent spelling: a name sent like
// that is a constant even where names are returned as sent. First come the names whose values the kernel reads, in the
// order of layout.ts; from FIRST_ to LAST_NOT_FOR_TRAILERS those that must not be trailers: framing, routing, request
// modifiers, authentication, response control and payload processing (RFC 7230 4.1.2; RFC 9110 6.5.1); then the rest of
// those in daily use. At most 32 octets each, separated by white space.
export const FIELD_NAMES: string = `
Connection Upgrade Content-Length Expect Host Transfer-Encoding

Age Authorization Cache-Control Content-Encoding Content-Range Content-Type Cookie Date Expires If-Match
If-Modified-Since If-None-Match If-Range If-Unmodified-Since Location Max-Forwards Pragma Proxy-Authenticate
Proxy-Authorization Range Retry-After Set-Cookie TE Trailer Vary Warning WWW-Authenticate

Accept Accept-Charset Accept-Encoding Accept-Language Accept-Ranges Access-Control-Allow-Credentials
Access-Control-Allow-Headers Access-Control-Allow-Methods Access-Control-Allow-Origin Access-Control-Expose-Headers
Access-Control-Max-Age Access-Control-Request-Headers Access-Control-Request-Method Allow Alt-Svc CF-Cache-Status
CF-Connecting-IP CF-RAY Content-Disposition Content-Language Content-Location Content-Security-Policy
Cross-Origin-Opener-Policy Cross-Origin-Resource-Policy Digest DNT ETag Forwarded From Keep-Alive Last-Modified Link
NEL Origin Permissions-Policy Priority Proxy-Connection Referer Referrer-Policy Report-To sec-ch-ua sec-ch-ua-mobile
sec-ch-ua-platform Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User Sec-GPC Sec-WebSocket-Accept
Sec-WebSocket-Extensions Sec-WebSocket-Key Sec-WebSocket-Protocol Sec-WebSocket-Version Server Server-Timing
Strict-Transport-Security Timing-Allow-Origin traceparent tracestate Upgrade-Insecure-Requests User-Agent Via
X-Amz-Cf-Id X-Amzn-Trace-Id X-API-Key X-Cache X-Content-Type-Options X-Correlation-Id X-Forwarded-For
X-Forwarded-Host X-Forwarded-Proto X-Frame-Options X-Powered-By X-Real-IP X-Request-Id X-Requested-With
X-XSS-Protection
`;
