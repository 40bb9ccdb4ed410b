import type { Clock, Timer } from '#libs/time';

interface Scheduled {
  due: number;
  /** Milliseconds between two calls, or undefined for a timer that fires once. */
  readonly interval: number | undefined;
  readonly callback: () => void;
}

/** A clock that stands still until `advance` moves it. */
export class FakeClock implements Clock {
  private readonly timers = new Set<Scheduled>();
  private elapsed = 0;

  /** @param epoch what `now()` gives at the start, in milliseconds since 1970 */
  constructor(private readonly epoch = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.epoch + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  after(ms: number, callback: () => void): Timer {
    return this.schedule({ due: this.elapsed + ms, interval: undefined, callback });
  }

  every(ms: number, callback: () => void): Timer {
    return this.schedule({ due: this.elapsed + ms, interval: ms, callback });
  }

  /**
   * Moves time on by `ms` and fires what falls due, in order. After each firing the promises that it settled run, so that a
   * chain of timers and awaits unfolds as it would in real time.
   */
  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    await settle();
    for (let next = this.nextUntil(end); next; next = this.nextUntil(end)) {
      this.elapsed = Math.max(this.elapsed, next.due);
      if (next.interval === undefined) this.timers.delete(next);
      else next.due = this.elapsed + Math.max(next.interval, 1);
      next.callback();
      await settle();
    }
    this.elapsed = end;
  }

  /** Moves time on as for a process that is stopped for `ms`: what falls due meanwhile fires at the end, late, an interval once. */
  async stall(ms: number): Promise<void> {
    this.elapsed += ms;
    await this.advance(0);
  }

  private schedule(timer: Scheduled): Timer {
    this.timers.add(timer);
    return { cancel: () => void this.timers.delete(timer) };
  }

  private nextUntil(end: number): Scheduled | undefined {
    let next: Scheduled | undefined;
    for (const timer of this.timers) if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    return next;
  }
}

/** Lets every promise that is already settled run its continuations. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
