export type Protocol = "http1" | "http2" | "hpack";
export type Splits =
  | "every"
  | { readonly from: number; readonly to: number; readonly step: number }
  | readonly (readonly number[])[];

/** Of HTTP/1.1. */
export interface Case {
  readonly name: string;
  readonly role: "client" | "server";
  readonly options?: object;
  readonly send?: readonly object[];
  readonly answer?: boolean;
  readonly input: string;
  readonly end?: boolean;
  readonly splits: Splits;
  readonly events: readonly object[];
  readonly error?: object;
  readonly last: "need-data" | "paused" | "connection-closed" | "error";
}

/** Octets that the peer sends, or a call: the method and its parameters, octets as `{ octets: "..." }`. */
export type Step = string | readonly [method: string, ...parameters: unknown[]];

export interface Http2Case {
  readonly name: string;
  readonly role: "client" | "server";
  readonly options?: object;
  readonly steps: readonly Step[];
  readonly end?: boolean;
  readonly splits: Splits;
  readonly events: readonly object[];
  readonly error?: object;
  readonly sent: readonly object[];
  readonly finished?: boolean;
  readonly last: "need-data" | "connection-closed" | "error";
}

export interface HpackBlock {
  readonly maxTableSizes?: readonly number[];
  readonly block: string;
  readonly fields?: readonly (readonly [name: string, value: string, sensitive?: true])[];
  readonly error?: string;
  readonly tableSize: number;
}

export interface HpackCase {
  readonly name: string;
  readonly options?: object;
  readonly blocks: readonly HpackBlock[];
}

export type AnyCase = Case | Http2Case | HpackCase;

export interface Suite {
  readonly protocol: Protocol;
  readonly cases: readonly AnyCase[];
}

export interface Failure {
  readonly name: string;
  readonly split: string;
  readonly expected: object;
  readonly found: object;
}

export declare const PROTOCOLS: readonly Protocol[];
export declare function runSuite(sansio: object, suite: Suite): { cases: number; runs: number; failures: Failure[] };
export declare function play(
  sansio: object,
  how: Pick<Case, "role" | "options" | "send" | "answer" | "end">,
  fed: readonly Uint8Array[],
  late: boolean,
): Pick<Case, "events" | "error" | "last">;
export declare function playHttp2(
  sansio: object,
  how: Pick<Http2Case, "role" | "options" | "steps" | "end">,
  cuts: readonly number[],
  late: boolean,
): Pick<Http2Case, "events" | "error" | "sent" | "finished" | "last">;
export declare function playHpack(
  sansio: object,
  how: { readonly options?: object; readonly blocks: readonly Pick<HpackBlock, "maxTableSizes" | "block">[] },
): Pick<HpackCase, "blocks">;
export declare function unpacked<T>(value: T): T;
export declare function octets(input: string): Uint8Array<ArrayBuffer>;
