export interface Case {
  readonly name: string;
  readonly role: "client" | "server";
  readonly options?: object;
  readonly send?: readonly object[];
  readonly answer?: boolean;
  readonly input: string;
  readonly end?: boolean;
  readonly splits: "every" | readonly (readonly number[])[];
  readonly events: readonly object[];
  readonly error?: object;
  readonly last: "need-data" | "paused" | "connection-closed" | "error";
}

export interface Suite {
  readonly protocol: string;
  readonly cases: readonly Case[];
}

export interface Failure {
  readonly name: string;
  readonly split: string;
  readonly expected: object;
  readonly found: object;
}

type Outcome = Pick<Case, "events" | "error" | "last">;

export declare function runSuite(sansio: object, suite: Suite): { cases: number; runs: number; failures: Failure[] };
export declare function play(
  sansio: object,
  how: Pick<Case, "role" | "options" | "send" | "answer" | "end">,
  fed: readonly Uint8Array[],
  late: boolean,
): Outcome;
export declare function octets(input: string): Uint8Array<ArrayBuffer>;
