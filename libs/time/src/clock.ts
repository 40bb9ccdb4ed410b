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

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const handle = setTimeout(callback, ms).unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(ms, callback) {
    const handle = setInterval(callback, ms).unref();
    return { cancel: () => clearInterval(handle) };
  },
};
