import type { Clock, Timer } from '#libs/time';
import type { TtlProbe } from './probe.js';
import { captured, type Verdict } from './verdict.js';

/** Node's timers hold 31 bits of milliseconds; a longer one would fire at once. */
const MAX_TIMER = 2 ** 31 - 1;

/** A check whose service must report at least once in the probe's `ttl`. */
export class TtlCheck {
  readonly probe: TtlProbe;
  readonly #clock: Clock;
  readonly #expire: () => void;
  /** On the monotonic clock. A heartbeat only moves it: no timer is made or stopped, as there may be 100,000 of them. */
  #deadline = 0;
  #timer: Timer | undefined;

  /** @param expire called when the service has been silent for its whole TTL */
  constructor(probe: TtlProbe, clock: Clock, expire: () => void) {
    this.probe = probe;
    this.#clock = clock;
    this.#expire = expire;
  }

  /** Gives the service its full TTL from now. */
  renew(): void {
    this.#deadline = this.#clock.monotonic() + this.probe.ttl;
    this.#timer ??= this.#clock.after(Math.min(this.probe.ttl, MAX_TIMER), () => this.#due());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #due(): void {
    const left = this.#deadline - this.#clock.monotonic();
    this.#timer = left > 0 ? this.#clock.after(Math.min(left, MAX_TIMER), () => this.#due()) : undefined;
    if (left <= 0) this.#expire();
  }
}

/** What a service reported, cut to the probe's size. */
export function reported(verdict: Verdict, probe: TtlProbe): Verdict {
  return { status: verdict.status, output: captured(verdict.output, probe.outputMaxSize) };
}

const EXPIRED = 'TTL expired';

/** The verdict on a service that has been silent for too long, given what it said last. */
export function expired(lastOutput: string): Verdict {
  const output = lastOutput === '' ? EXPIRED : `${EXPIRED} (last output before timeout follows): ${lastOutput}`;
  return { status: 'critical', output };
}

/** Whether a check's output says that it expired: then it does not expire again. */
export function hasExpired(verdict: Verdict): boolean {
  return verdict.status === 'critical' && verdict.output.startsWith(EXPIRED);
}
