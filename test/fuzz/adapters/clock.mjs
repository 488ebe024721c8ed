// @ts-check
// Time that passes when it is told to: timers and performance.now() of everything that runs meanwhile.

/** @typedef {{ at: number, every: number, call: () => void, unref(): any, ref(): any }} Timer */

const REAL = { setTimeout, setInterval, clearTimeout, clearInterval };

export class Clock {
  now = 0;
  /** Those that are due some time. @type {Set<Timer>} */
  timers = new Set();

  install() {
    const set =
      (/** @type {boolean} */ isRepeated) =>
      (/** @type {() => void} */ call, milliseconds = 0) => {
        const every = Math.max(1, milliseconds);
        const timer = {
          at: this.now + every,
          every: isRepeated ? every : 0,
          call,
          unref: () => timer,
          ref: () => timer,
        };
        this.timers.add(timer);
        return timer;
      };
    const clear = (/** @type {any} */ timer) => this.timers.delete(timer);
    Object.assign(globalThis, { setTimeout: set(false), setInterval: set(true) });
    Object.assign(globalThis, { clearTimeout: clear, clearInterval: clear });
    performance.now = () => this.now;
  }

  uninstall() {
    Object.assign(globalThis, REAL);
    Reflect.deleteProperty(performance, "now");
  }

  /** Fires what is due on the way, each timer at its time. @param {number} milliseconds @param {() => Promise<void>} settle between two */
  async advance(milliseconds, settle) {
    const end = this.now + milliseconds;
    for (let next = this.next(end); next !== undefined; next = this.next(end)) {
      this.now = Math.max(this.now, next.at);
      if (next.every > 0) next.at += next.every;
      else this.timers.delete(next);
      next.call();
      await settle();
    }
    this.now = end;
  }

  /** @param {number} end */
  next(end) {
    /** @type {Timer | undefined} */
    let first;
    for (const timer of this.timers) if (timer.at <= end && timer.at < (first?.at ?? end + 1)) first = timer;
    return first;
  }
}
