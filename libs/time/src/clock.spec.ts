import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.js';

/** Longer than a timer of Node's can be: 2^31 ms are 24.8 days. */
const THIRTY_DAYS_MS = 30 * 24 * 3_600_000;

describe('systemClock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('fires a long timer when it is due, and not at once', () => {
    const fired = vi.fn<() => void>();
    systemClock.after(THIRTY_DAYS_MS, fired);
    vi.advanceTimersByTime(THIRTY_DAYS_MS - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('repeats a long interval, until it is cancelled', () => {
    const fired = vi.fn<() => void>();
    const timer = systemClock.every(THIRTY_DAYS_MS, fired);
    vi.advanceTimersByTime(2 * THIRTY_DAYS_MS + 1);
    expect(fired).toHaveBeenCalledTimes(2);
    timer.cancel();
    vi.advanceTimersByTime(2 * THIRTY_DAYS_MS);
    expect(fired).toHaveBeenCalledTimes(2);
  });

  it('forgets a long timer that is cancelled half-way', () => {
    const fired = vi.fn<() => void>();
    const timer = systemClock.after(THIRTY_DAYS_MS, fired);
    vi.advanceTimersByTime(THIRTY_DAYS_MS - 1_000);
    timer.cancel();
    vi.advanceTimersByTime(THIRTY_DAYS_MS);
    expect(fired).not.toHaveBeenCalled();
  });
});
