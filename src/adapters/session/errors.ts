// Failures of a connection that are not protocol violations in themselves: it ended, was abandoned, or timed out. The
// core throws only the two ProtocolErrors; NetworkError belongs to the adapters and carries the underlying error as
// `cause`.

/**
 * Why an exchange failed.
 * - PROTOCOL: the peer broke the protocol; `cause` is the RemoteProtocolError.
 * - DISCONNECTED: the connection ended or failed before the exchange was complete.
 * - CLOSING: this end, or the peer by GOAWAY, was closing the connection; `unprocessed` tells whether the exchange was
 *   begun.
 * - TIMEOUT: the peer made no progress for longer than the `timeouts` options allow.
 * - RESET: the peer abandoned this exchange alone (RST_STREAM).
 * - ABORTED: this end abandoned the exchange.
 */
export type NetworkErrorCode = "PROTOCOL" | "DISCONNECTED" | "CLOSING" | "TIMEOUT" | "RESET" | "ABORTED";

/**
 * The error of an exchange or connection that could not be completed. A TypeError, like the errors Fetch rejects with.
 */
export class NetworkError extends TypeError {
  /** Why the exchange failed. */
  readonly code: NetworkErrorCode;
  /** True if the peer certainly did not act on the request: it may be sent again, whatever its method. */
  readonly unprocessed: boolean;

  /** @param options `cause`: the underlying error; `unprocessed`: default false */
  constructor(code: NetworkErrorCode, message: string, options: { cause?: unknown; unprocessed?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "NetworkError";
    this.code = code;
    this.unprocessed = options.unprocessed ?? false;
  }
}

/** Converts the error that ended a connection to the error of each exchange on it. */
export function disconnected(cause: unknown, unprocessed = false): NetworkError {
  if (cause instanceof NetworkError && cause.unprocessed === unprocessed) return cause;
  const inner = cause instanceof NetworkError ? cause : undefined;
  const message = inner?.message ?? "the connection ended before the exchange was complete";
  return new NetworkError(inner?.code ?? "DISCONNECTED", message, { cause: inner?.cause ?? cause, unprocessed });
}
