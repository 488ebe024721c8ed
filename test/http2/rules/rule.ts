// A rule is a MUST or a MUST NOT of an RFC, said in our words. docs/http2-rules.md is made of them.

export interface Rule {
  readonly section: string;
  /** Whom it binds. */
  readonly binds: "client" | "server" | "both";
  readonly rule: string;
  /** The names of its tests (test/http2/cases), or why it cannot bind a connection without I/O. */
  readonly tests: readonly string[];
  readonly because: string;
}

/** A rule and its tests. */
export function tested(section: string, binds: Rule["binds"], rule: string, ...tests: string[]): Rule {
  return { section, binds, rule, tests, because: "" };
}

/** A rule of something that this package does not do: TLS, caches, the application. */
export function elsewhere(section: string, binds: Rule["binds"], rule: string, because: string): Rule {
  return { section, binds, rule, tests: [], because };
}
