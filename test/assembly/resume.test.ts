// A head that comes in pieces: every prefix of a sound one asks for more, and going on where the kernel says gives what
// the whole gives.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { BUILDS, type KernelExports, newKernel, pick, random } from "../helpers.ts";
import { type Answer, type Scan, scanHead } from "./answer.ts";
import { head, mutated } from "./generate.ts";
import { readHead } from "./reference.ts";

/** How the readers go on: whether the head ends, or is at fault, and where in all of it. */
type End = { outcome: string; at: number; code?: string };

const endOf = (answer: Answer, from: number): End =>
  answer.outcome === "fault"
    ? { outcome: "fault", code: answer.code, at: from + answer.at }
    : { outcome: answer.outcome, at: from + (answer.outcome === "done" ? answer.consumed : 0) };

/** Scans the text as it grows from cut to cut, each time from where all before is known to be sound. */
function scanGrowing(kernel: KernelExports, text: string, scan: Scan, cuts: number[]): End {
  const { what = layout.REQUEST, maxFields = 256 } = scan;
  let from = 0;
  let seen = 0;
  let end: End = { outcome: "more", at: 0 };
  for (const cut of [...cuts, text.length]) {
    const goOn = from === 0 ? what : seen > 0 || what === layout.RESUMED ? layout.RESUMED : layout.TRAILERS;
    const answer = scanHead(kernel, text.slice(from, cut), { ...scan, what: goOn, maxFields: maxFields - seen });
    if (answer.outcome !== "more") return endOf(answer, from);
    from += answer.resume;
    seen += answer.count;
    end = { outcome: "more", at: 0 };
  }
  return end;
}

describe.each(BUILDS)("%s", (build) => {
  const kernel = newKernel(build);

  test("every prefix of a sound head asks for more, never is a fault", () => {
    const next = random(31);
    let sound = 0;
    for (let i = 0; i < 1500; i++) {
      const what = next(4);
      const text = head(next, what);
      const scan: Scan = {
        what,
        allow: pick([layout.ALLOW_OBS_FOLD, layout.ALLOW_OBS_FOLD | layout.ALLOW_BARE_LF], next),
      };
      const whole = readHead(text, scan);
      if (whole.outcome !== "done") continue;
      sound++;
      for (let end = 0; end < whole.consumed; end++) {
        const answer = scanHead(kernel, text.slice(0, end), scan);
        if (answer.outcome !== "more") expect([text, end, answer]).toEqual([text, end, { outcome: "more" }]);
      }
    }
    expect(sound).toBeGreaterThan(300);
  });

  test("going on octet by octet, and in random pieces, ends as the whole does", () => {
    const next = random(32);
    const seen = new Set<string>();
    for (let i = 0; i < 3000; i++) {
      const what = next(4);
      const text = mutated(head(next, what), next);
      const scan: Scan = {
        what,
        allow: next(2) === 0 ? next(64) : layout.ALLOW_OBS_FOLD,
        maxFields: pick([2, 256], next),
        maxTarget: pick([5, 256], next),
      };
      const wanted = endOf(readHead(text, scan), 0);
      seen.add(wanted.code ?? wanted.outcome);
      const cuts = Array.from({ length: next(5) }, () => next(text.length + 1)).sort((a, b) => a - b);
      expect([text, scanGrowing(kernel, text, scan, cuts)]).toEqual([text, wanted]);
      if (i % 4 === 0)
        expect([
          text,
          scanGrowing(
            kernel,
            text,
            scan,
            [...text].map((_, at) => at),
          ),
        ]).toEqual([text, wanted]);
    }
    expect(seen.size).toBeGreaterThan(12);
  });

  test("where to go on is the line that is not complete, and the fields before it are counted", () => {
    const text = "GET / HTTP/1.1\r\nA: b\r\nC: d\r\n e\r\n f\r\nG: h\r\n\r\n";
    // A line is complete when the octet behind it shows that it does not go on.
    const lines = [0, 16, 22, 28, 32, 36, 42];
    const counts = [0, 0, 1, 2, 2, 2, 3];
    for (let end = 0; end < text.length; end++) {
      const answer = scanHead(kernel, text.slice(0, end), { allow: layout.ALLOW_OBS_FOLD });
      const line = lines.findLastIndex((at) => at < end || (at === 16 && end === 16) || at === 0);
      expect([end, answer]).toEqual([end, { outcome: "more", resume: lines[line], count: counts[line] }]);
    }
  });
});
