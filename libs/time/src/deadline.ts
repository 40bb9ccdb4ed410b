import type { Clock } from './clock.js';

/** Something took longer than its caller could wait. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Waits for `work` for at most `ms` milliseconds. When they have passed, the event loop gets one more turn: an answer that has long been
 * in the socket, while this process was busy, is no slow answer.
 *
 * @throws DeadlineError, or what `work` rejects with
 */
export function withDeadline<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => {
      setImmediate(() => reject(new DeadlineError(`no answer within ${Math.round(ms)} ms`)));
    });
    const settle =
      <V>(done: (value: V) => void) =>
      (value: V) => {
        timer.cancel();
        done(value);
      };
    work.then(settle(resolve), settle(reject));
  });
}

/** Resolves after `ms` milliseconds. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
