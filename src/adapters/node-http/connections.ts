// Tracks a server's connections for its timeouts and for closing: does for our parsers what Node's ConnectionsList does
// for its own. Node calls these four methods.

/** What the list needs to know about a parser. */
export interface Tracked {
  /**
   * When the message being read began, in milliseconds (`performance.now`); 0 between messages. A new connection counts
   * as having begun its first message.
   */
  startedAt: number;
  isHeadComplete: boolean;
  /** Nothing has arrived yet. */
  isSilent: boolean;
  /** `expired` has already returned it. */
  isExpired: boolean;
}

/** Node 26 counts a connection on which nothing has arrived as idle; Node 20 to 24 do not. */
const SILENT_IS_IDLE = Number.parseInt(process.versions.node, 10) > 24;

export interface NativeList<T> {
  all: () => T[];
  idle: () => T[];
  active: () => T[];
  expired: (headersTimeout: number, requestTimeout: number) => T[];
}

export class ConnectionsList<T extends Tracked> implements NativeList<T> {
  private readonly parsers = new Set<T>();
  private readonly before: NativeList<T>;

  /** @param before the list of connections that Node's own parsers read */
  constructor(before: NativeList<T>) {
    this.before = before;
  }

  add(parser: T): void {
    this.parsers.add(parser);
  }

  remove(parser: T): void {
    this.parsers.delete(parser);
  }

  all(): T[] {
    return [...this.parsers, ...this.before.all()];
  }

  idle(): T[] {
    const isIdle = ({ startedAt, isSilent }: T) => startedAt === 0 || (isSilent && SILENT_IS_IDLE);
    return [...this.select(isIdle), ...this.before.idle()];
  }

  active(): T[] {
    return [...this.select((parser) => parser.startedAt > 0), ...this.before.active()];
  }

  /** Returns those whose head or message has taken longer than these milliseconds (0: no limit), each only once. */
  expired(headersTimeout: number, requestTimeout: number): T[] {
    const isSwapped = requestTimeout > 0 && headersTimeout > requestTimeout;
    const forHead = isSwapped ? requestTimeout : headersTimeout;
    const forMessage = isSwapped ? headersTimeout : requestTimeout;
    const now = performance.now();
    const found = this.select(({ startedAt, isHeadComplete, isExpired }) => {
      if (startedAt === 0 || isExpired) return false;
      const age = now - startedAt;
      return (!isHeadComplete && forHead > 0 && age > forHead) || (forMessage > 0 && age > forMessage);
    });
    for (const parser of found) parser.isExpired = true;
    return [...found, ...this.before.expired(headersTimeout, requestTimeout)];
  }

  private select(condition: (parser: T) => boolean): T[] {
    return [...this.parsers].filter(condition);
  }
}

const LISTS = new WeakMap<object, ConnectionsList<Tracked>>();

/**
 * Returns our list for a server's native one, whose methods cover both from then on. The native list stays in place,
 * because Node's own parsers, for connections made after uninstall(), register themselves in its memory.
 */
export function listBeside<T extends Tracked>(native: NativeList<T>): ConnectionsList<T> {
  const known = LISTS.get(native);
  if (known !== undefined) return known as ConnectionsList<Tracked> as ConnectionsList<T>;
  const list = new ConnectionsList<T>({
    all: native.all.bind(native),
    idle: native.idle.bind(native),
    active: native.active.bind(native),
    expired: native.expired.bind(native),
  });
  native.all = () => list.all();
  native.idle = () => list.idle();
  native.active = () => list.active();
  native.expired = (headersTimeout, requestTimeout) => list.expired(headersTimeout, requestTimeout);
  LISTS.set(native, list as ConnectionsList<Tracked> & ConnectionsList<T>);
  return list;
}
