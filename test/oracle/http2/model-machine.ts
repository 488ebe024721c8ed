/** hyper-h2's two state machines as tables, and its window manager. Written from its behaviour, for the model alone. */

export type StreamState =
  | "IDLE"
  | "RESERVED_REMOTE"
  | "RESERVED_LOCAL"
  | "OPEN"
  | "HALF_CLOSED_REMOTE"
  | "HALF_CLOSED_LOCAL"
  | "CLOSED";
export type ConnectionState = "IDLE" | "CLIENT_OPEN" | "SERVER_OPEN" | "CLOSED";

type Steps = Record<string, Record<string, string>>;

const stays = (state: string, inputs: string): Record<string, string> =>
  Object.fromEntries(inputs.split(" ").map((input) => [input, state]));

const EVERYWHERE = "send SETTINGS,recv SETTINGS,send WINDOW_UPDATE,recv WINDOW_UPDATE,send PING,recv PING"
  .replaceAll(" ", "-")
  .replaceAll(",", " ");
const WHEN_OPEN = `${EVERYWHERE} send-HEADERS recv-HEADERS send-DATA recv-DATA send-RST recv-RST send-PRIORITY recv-PRIORITY recv-ALTSVC`;
const GOAWAY = { "send-GOAWAY": "CLOSED", "recv-GOAWAY": "CLOSED" };

/** What is not listed is an error and closes the connection. */
export const CONNECTION: Steps = {
  IDLE: {
    ...stays("IDLE", `${EVERYWHERE} send-PRIORITY recv-PRIORITY`),
    ...stays("CLIENT_OPEN", "send-HEADERS recv-ALTSVC"),
    ...stays("SERVER_OPEN", "recv-HEADERS send-ALTSVC"),
    ...GOAWAY,
  },
  CLIENT_OPEN: { ...stays("CLIENT_OPEN", `${WHEN_OPEN} recv-PUSH`), ...GOAWAY },
  SERVER_OPEN: { ...stays("SERVER_OPEN", `${WHEN_OPEN} send-PUSH send-ALTSVC`), ...GOAWAY },
  CLOSED: GOAWAY,
};

/** Target state of each input; what else happens is in the model, by the same names. What is not listed closes the stream. */
export const STREAM: Steps = {
  IDLE: {
    "send-HEADERS": "OPEN",
    "recv-HEADERS": "OPEN",
    "recv-DATA": "CLOSED",
    "send-PUSH": "RESERVED_LOCAL",
    "recv-PUSH": "RESERVED_REMOTE",
    "recv-ALTSVC": "IDLE",
  },
  RESERVED_LOCAL: {
    "send-HEADERS": "HALF_CLOSED_REMOTE",
    ...stays("RESERVED_LOCAL", "recv-WINDOW_UPDATE send-ALTSVC recv-ALTSVC"),
    ...stays("CLOSED", "recv-DATA send-RST recv-RST"),
  },
  RESERVED_REMOTE: {
    "recv-HEADERS": "HALF_CLOSED_LOCAL",
    ...stays("RESERVED_REMOTE", "recv-WINDOW_UPDATE recv-ALTSVC"),
    ...stays("CLOSED", "recv-DATA send-RST recv-RST"),
  },
  OPEN: {
    ...stays("OPEN", "send-HEADERS recv-HEADERS send-DATA recv-DATA recv-WINDOW_UPDATE send-PUSH recv-PUSH"),
    ...stays("OPEN", "send-1XX recv-1XX send-ALTSVC recv-ALTSVC"),
    "send-END": "HALF_CLOSED_LOCAL",
    "recv-END": "HALF_CLOSED_REMOTE",
    ...stays("CLOSED", "send-RST recv-RST"),
  },
  HALF_CLOSED_REMOTE: {
    ...stays(
      "HALF_CLOSED_REMOTE",
      "send-HEADERS send-DATA recv-WINDOW_UPDATE send-PUSH send-1XX send-ALTSVC recv-ALTSVC",
    ),
    ...stays("CLOSED", "recv-HEADERS recv-DATA recv-PUSH send-END send-RST recv-RST"),
  },
  HALF_CLOSED_LOCAL: {
    ...stays(
      "HALF_CLOSED_LOCAL",
      "recv-HEADERS recv-DATA recv-WINDOW_UPDATE recv-PUSH recv-1XX send-ALTSVC recv-ALTSVC",
    ),
    ...stays("CLOSED", "recv-END send-RST recv-RST"),
  },
  CLOSED: {
    ...stays("CLOSED", "recv-END recv-ALTSVC recv-HEADERS recv-DATA recv-WINDOW_UPDATE recv-RST recv-PUSH"),
    ...stays("CLOSED", "send-HEADERS send-PUSH send-RST send-DATA send-END"),
  },
};

export const LARGEST = 2 ** 31 - 1;

/** The receiving side's window: hands octets back in lumps. */
export class Receiving {
  most: number;
  left: number;
  private consumed = 0;

  constructor(most: number) {
    this.most = most;
    this.left = most;
  }

  /** False: more than the window. */
  take(octets: number): boolean {
    this.left -= octets;
    return this.left >= 0;
  }

  /** The initial window size changed by so much. False: too large. */
  shift(difference: number): boolean {
    this.left += difference;
    this.most += difference;
    return this.left <= LARGEST;
  }

  /** The increment to send, or 0. */
  release(octets: number): number {
    this.consumed += octets;
    if (this.consumed === 0) return 0;
    const starved = this.left === 0 && this.consumed > Math.min(1024, Math.floor(this.most / 4));
    if (!starved && this.consumed < Math.floor(this.most / 2)) return 0;
    const increment = Math.min(this.consumed, this.most - this.left);
    this.consumed = 0;
    this.left += increment;
    return increment;
  }
}
