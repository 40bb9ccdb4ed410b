import type { Clock, Timer } from '#libs/time';
import { DueQueue, type Due } from './due-queue.js';
import type { TtlProbe } from './probe.js';
import { captured, type Verdict } from './verdict.js';
import type { Vigil } from './vigil.js';

/** A check whose service must report at least once in the probe's `ttl`. There may be 100,000, so it is plain data. */
export interface TtlCheck extends Due {
  readonly probe: TtlProbe;
  readonly node: string;
  readonly id: string;
  /** When the service reported last, on the monotonic clock. */
  heard: number;
}

export function newTtlCheck(node: string, id: string, probe: TtlProbe): TtlCheck {
  return { probe, node, id, heard: 0, due: 0, place: -1 };
}

/**
 * At most so many checks expire at a time, until what came of them is stored: when all of very many services fall silent, those that
 * do not are to be served.
 */
const MAX_EXPIRING = 500;

/** Finds the checks whose services have been silent for their whole TTL. */
export class TtlWatch {
  readonly #clock: Clock;
  readonly #vigil: Vigil;
  readonly #expire: (check: TtlCheck) => Promise<void>;
  readonly #queue = new DueQueue<TtlCheck>();
  #timer: Timer | undefined;
  /** When the timer fires. */
  #armed = Infinity;
  #expiring = 0;

  /**
   * @param expire called once for each silence, when it has lasted for the whole TTL; the silence before `vigil` began does not count.
   *   It never rejects
   */
  constructor(clock: Clock, vigil: Vigil, expire: (check: TtlCheck) => Promise<void>) {
    this.#clock = clock;
    this.#vigil = vigil;
    this.#expire = expire;
  }

  /** Gives the service its full TTL from now. A heartbeat only notes the time: the queue is put right when the old time is up. */
  renew(check: TtlCheck): void {
    check.heard = this.#clock.monotonic();
    if (check.place >= 0) return;
    this.#queue.add(check, check.heard + check.probe.ttl);
    this.#arm();
  }

  /** Lets a check never expire. */
  drop(check: TtlCheck): void {
    this.#queue.remove(check);
  }

  /** Lets none expire any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#armed = Infinity;
  }

  #arm(): void {
    const due = this.#queue.first?.due ?? Infinity;
    if (due >= this.#armed || this.#expiring >= MAX_EXPIRING) return;
    this.#timer?.cancel();
    this.#armed = due;
    this.#timer = this.#clock.after(Math.max(due - this.#clock.monotonic(), 0), () => this.#onTimer());
  }

  #onTimer(): void {
    this.#armed = Infinity;
    const now = this.#clock.monotonic();
    const since = this.#vigil.since;
    for (let check = this.#queue.first; check && check.due <= now; check = this.#queue.first) {
      const due = Math.max(check.heard, since) + check.probe.ttl;
      if (due <= now && this.#expiring >= MAX_EXPIRING) break;
      this.#queue.remove(check);
      if (due > now) this.#queue.add(check, due);
      else void this.#settle(this.#expire(check));
    }
    this.#arm();
  }

  async #settle(expiry: Promise<void>): Promise<void> {
    this.#expiring++;
    await expiry;
    this.#expiring--;
    this.#arm();
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
