// The known field names, lower-case, each named by its place (from 1): the kernel builds its hash from this text, which
// src/wasm hands to it, and the fields take their names from it. First those that the kernel reads itself, in the order of layout.ts;
// from FIRST_ to LAST_NOT_FOR_TRAILERS those that must not stand in trailers: framing, routing, request modifiers,
// authentication, response control and payload processing (RFC 7230 4.1.2; RFC 9110 6.5.1); then the rest of what
// is met daily. At most 32 octets each, set apart by white space.
export const FIELD_NAMES: string = `
connection upgrade content-length expect host transfer-encoding

age authorization cache-control content-encoding content-range content-type cookie date expires if-match
if-modified-since if-none-match if-range if-unmodified-since location max-forwards pragma proxy-authenticate
proxy-authorization range retry-after set-cookie te trailer vary warning www-authenticate

accept accept-charset accept-encoding accept-language accept-ranges access-control-allow-credentials
access-control-allow-headers access-control-allow-methods access-control-allow-origin access-control-expose-headers
access-control-max-age access-control-request-headers access-control-request-method allow alt-svc cf-cache-status
cf-connecting-ip cf-ray content-disposition content-language content-location content-security-policy
cross-origin-opener-policy cross-origin-resource-policy digest dnt etag forwarded from keep-alive last-modified link
nel origin permissions-policy priority proxy-connection referer referrer-policy report-to sec-ch-ua sec-ch-ua-mobile
sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user sec-gpc sec-websocket-accept
sec-websocket-extensions sec-websocket-key sec-websocket-protocol sec-websocket-version server server-timing
strict-transport-security timing-allow-origin traceparent tracestate upgrade-insecure-requests user-agent via
x-amz-cf-id x-amzn-trace-id x-api-key x-cache x-content-type-options x-correlation-id x-forwarded-for
x-forwarded-host x-forwarded-proto x-frame-options x-powered-by x-real-ip x-request-id x-requested-with
x-xss-protection
`;
