// How work grows with its size: the exponent of time over size, by a fit. The time is the processor's, as other processes
// take the clock's.

/** Linear is 1, quadratic is 2; what lies between is the noise of small sizes. */
export const LARGEST_EXPONENT = 1.6;
/** Sizes are 1, 2, 4 and 8 times the first one. */
const DOUBLINGS = 3;
const REPETITIONS = 3;
/** Before anything is measured the work runs this long, in microseconds: until V8 has compiled it, the small sizes look
 * slow and a quadratic like less (1.58 was seen after one run of it). */
const WARM_UP = 20_000;
const MOST_RUNS = 20;
/** A busy machine can only make the growth look worse: one good measurement is enough. */
const ATTEMPTS = 4;

export type Work = () => void;

/** Microseconds of the processor. */
export function timeOf(work: Work): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The slope of log(time) over log(size), the best time of each size taken, in microseconds. `prepare` is not measured. */
function exponent(first: number, prepare: (size: number) => Work): number {
  const points: [x: number, y: number][] = [];
  for (let spent = 0, runs = 0; spent < WARM_UP && runs < MOST_RUNS; runs++) spent += timeOf(prepare(first));
  for (let doubling = 0; doubling <= DOUBLINGS; doubling++) {
    const size = first << doubling;
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPETITIONS; i++) {
      const work = prepare(size);
      best = Math.min(best, timeOf(work));
    }
    points.push([Math.log(size), Math.log(best)]);
  }
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

/** Of some measurements the best one, or the first that is good enough. */
export function leastExponent(first: number, prepare: (size: number) => Work, enough = LARGEST_EXPONENT): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ATTEMPTS && least > enough; i++) least = Math.min(least, exponent(first, prepare));
  return least;
}
