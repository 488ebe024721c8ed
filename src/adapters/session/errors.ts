// What goes wrong with a connection and is no fault of protocol: it ended, it was given up, it took too long. The core
// throws only the two ProtocolErrors; these belong to the glue, and carry what happened beneath as `cause`.

/** Why an exchange failed. */
export type NetworkErrorCode =
  /** The peer broke the protocol: `cause` is the RemoteProtocolError. */
  | "PROTOCOL"
  /** The connection ended or failed before the exchange was complete. */
  | "DISCONNECTED"
  /** This end closes, and took the exchange no more. */
  | "CLOSING"
  /** The peer, or this end, was silent for longer than the options allow. */
  | "TIMEOUT"
  /** The peer gave up this exchange alone (RST_STREAM). */
  | "RESET"
  /** This end gave up the exchange. */
  | "ABORTED";

/** An exchange or a connection that could not be completed. A TypeError, as what Fetch rejects with is. */
export class NetworkError extends TypeError {
  readonly code: NetworkErrorCode;
  /** The peer certainly did nothing with the request: it may be sent again, whatever its method. */
  readonly unprocessed: boolean;

  constructor(code: NetworkErrorCode, message: string, options: { cause?: unknown; unprocessed?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "NetworkError";
    this.code = code;
    this.unprocessed = options.unprocessed ?? false;
  }
}

/** What ended a connection, as the error of each exchange on it. */
export function disconnected(cause: unknown, unprocessed = false): NetworkError {
  if (cause instanceof NetworkError && cause.unprocessed === unprocessed) return cause;
  const inner = cause instanceof NetworkError ? cause : undefined;
  const message = inner?.message ?? "the connection ended before the exchange was complete";
  return new NetworkError(inner?.code ?? "DISCONNECTED", message, { cause: inner?.cause ?? cause, unprocessed });
}
