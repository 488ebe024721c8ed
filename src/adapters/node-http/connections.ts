// The connections of a server, for its timeouts and for closing: what Node's ConnectionsList knows of its own parsers, here
// of ours. Node asks it by these four methods.

/** What a list has to know of a parser. */
export interface Tracked {
  /** When the message began that is being read, in milliseconds; 0 between messages. A connection begins with one. */
  startedAt: number;
  isHeadComplete: boolean;
  /** Nothing came yet. */
  isSilent: boolean;
  /** Its expiry was told already. */
  isExpired: boolean;
}

/** Node 26 takes a connection on which nothing came yet for idle; 20 to 24 do not. */
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

  /** @param before the connections that Node's own parsers read */
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

  /** Those whose head or message takes longer than these milliseconds, each told once. 0: no limit. */
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
 * Ours beside a server's native list, whose methods tell of both from then on. It stays in its place: Node's own parsers, of
 * connections that are made after uninstall(), write themselves into its memory.
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
