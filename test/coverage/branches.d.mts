interface Outcome {
  line: number;
  column: number;
  kind: string;
  outcome: string;
}
type Words = Record<string, number[]>;
type BranchMap = Record<string, { reader: string; outcomes: Outcome[] }>;
type Place = Outcome & { file: string };
export interface Judgement {
  seen: number;
  total: number;
  uncovered: Place[];
  explained: (Place & { why: string })[];
  stale: { file: string; line: number }[];
}
export function readWords(exports: object, map: BranchMap): Words;
export function join(all: Words[]): Words;
export function judge(map: BranchMap, words: Words, text: (file: string) => string): Judgement;
export function report(judgement: Judgement): string;
