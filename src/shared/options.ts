// What the options of all protocols share: tables of limits, and checks of names and values.

/** Each limit's default, and the highest value that can be set. */
export type LimitTable<Name extends string> = { readonly [N in Name]: readonly [initial: number, ceiling: number] };

interface Row<Name> {
  readonly name: Name;
  readonly default: number;
  readonly ceiling: number;
}

const SMALL = 2 ** 30 - 1;

/** Returns the table as a list of rows. */
export function limitRows<Name extends string>(table: LimitTable<Name>): readonly Row<Name>[] {
  return Object.freeze(rowsOf(table));
}

function rowsOf<Name extends string>(table: LimitTable<Name>): Row<Name>[] {
  return (Object.keys(table) as Name[]).map((name) => ({ name, default: table[name][0], ceiling: table[name][1] }));
}

/**
 * Returns every limit, with defaults where none is given.
 * @throws TypeError for an unknown name or a value that is not a number; RangeError for one that is not a count, or is
 *   above its ceiling
 */
export function readLimits<Name extends string>(
  table: LimitTable<Name>,
  given: { readonly [N in Name]?: number | undefined } = {},
): { readonly [N in Name]: number } {
  checkNames("limits", given, Object.keys(table));
  const limits = {} as { [N in Name]: number };
  for (const { name, default: initial, ceiling } of rowsOf(table)) {
    const { [name]: limit = initial } = given;
    checkCount(`limits.${name}`, limit, 0, ceiling);
    // Back to a small integer: as one row holds Infinity, V8 keeps all of them as doubles, which would be converted for
    // each head.
    limits[name] = limit <= SMALL ? limit | 0 : limit;
  }
  return limits;
}

export function checkCount(name: string, count: number, least: number, most: number): void {
  if (typeof count !== "number") throw new TypeError(`${name} must be a number`);
  const whole = Number.isInteger(count) || count === Number.POSITIVE_INFINITY;
  if (!whole || count < least || count > most) {
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${String(count)}`);
  }
}

export function checkFlag(name: string, flag: unknown): void {
  if (typeof flag !== "boolean") throw new TypeError(`${name} must be a boolean`);
}

export function checkNames(option: string, given: object, names: readonly string[]): void {
  if (typeof given !== "object" || given === null) throw new TypeError(`${option} must be an object`);
  // With Object.keys() it took 40 ns more, which each openStream would pay. What an option object inherits may be more
  // than options: an AbortController has a signal.
  for (const name in given) {
    if (!names.includes(name) && Object.hasOwn(given, name))
      throw new TypeError(`${option}.${name} is not an option; known: ${names.join(", ")}`);
  }
}
