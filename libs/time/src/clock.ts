/** A running timer, as `Clock` hands it out. */
export interface Timer {
  /** Stops the timer; stopping twice or after it fired does nothing. */
  cancel(): void;
}

/**
 * Time as the rest of the code sees it: production passes `systemClock`, a test passes a fake one and moves it by hand,
 * so that no test sleeps and no expiry depends on a busy machine.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. It may jump when the machine's clock is set: for what people read, never for expiry. */
  now(): number;
  /** Milliseconds that only ever grow, from an arbitrary start. For expiry, time-outs and ages. */
  monotonic(): number;
  /** Calls `callback` once after `ms` milliseconds. The timer does not keep the process alive. */
  after(ms: number, callback: () => void): Timer;
  /** Calls `callback` each `ms` milliseconds until cancelled. The timer does not keep the process alive. */
  every(ms: number, callback: () => void): Timer;
}

/** Node's timers hold 31 bits of milliseconds (24.8 days); a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const due = performance.now() + ms;
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const left = due - performance.now();
      const next = left > LONGEST_TIMER_MS ? arm : callback;
      handle = setTimeout(next, Math.min(Math.max(left, 0), LONGEST_TIMER_MS)).unref();
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
  every(ms, callback) {
    if (ms > LONGEST_TIMER_MS) return everyLong(ms, callback);
    const handle = setInterval(callback, ms).unref();
    return { cancel: () => clearInterval(handle) };
  },
};

/** An interval that is longer than a timer of Node's can be. */
function everyLong(ms: number, callback: () => void): Timer {
  let timer: Timer;
  const arm = (): void => {
    timer = systemClock.after(ms, () => {
      arm();
      callback();
    });
  };
  arm();
  return { cancel: () => timer.cancel() };
}
