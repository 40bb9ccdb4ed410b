import type { Clock, Timer } from '#libs/time';
import type { Catalog } from '../catalog.js';
import type { Check } from '../model.js';
import { ByCheck } from './by-check.js';
import type { Verdict } from './verdict.js';

/**
 * How long a new output with the same status may wait before it is committed, in milliseconds (Consul's `check_update_interval`):
 * services that put the time into each heartbeat would otherwise cost a write each.
 */
const OUTPUT_INTERVAL = 300_000;
/** How long to wait before verdicts that could not be stored are tried again. */
const RETRY_AFTER = 1_000;
/** At most so many of them at a time: when the disk is full there may be as many as checks. */
const MAX_RETRIED = 500;

export interface PublisherOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  /** 0 <= x < 1, for spreading. */
  readonly random: () => number;
  /** Makes a verdict durable. */
  readonly commit: (node: string, id: string, verdict: Verdict) => Promise<void>;
  /** Told when a verdict could not be stored; it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** A verdict that is not in the catalog yet. */
interface Pending {
  readonly node: string;
  readonly id: string;
  verdict: Verdict;
  /** Until a mere output is committed. */
  timer: Timer | undefined;
  /** Commits under way: until they are through, the catalog does not say what the status will be. */
  commits: number;
}

/** Carries verdicts of checks into the registry: a change of status at once, a mere change of output when time allows. */
export class Publisher {
  readonly #options: PublisherOptions;
  /** Of the checks that have something to publish: few of many. */
  readonly #pending = new ByCheck<Pending>();
  /** Those of them that could not be stored. */
  readonly #failed = new Set<Pending>();
  #retrying: Timer | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** The latest output of a check, committed or not. */
  output(check: Check): string {
    return this.#pending.get(check.node, check.id)?.verdict.output ?? check.output;
  }

  /** Resolves when the verdict is durable as far as it has to be. Rejects when that failed; then it is tried again later. */
  async publish(node: string, id: string, verdict: Verdict): Promise<void> {
    const current = this.#options.catalog.check(node, id)?.check;
    const busy = Boolean(this.#pending.get(node, id)?.commits);
    if (current?.status !== verdict.status || busy) return this.#commit(this.#note(node, id, verdict));
    if (current.output === verdict.output) this.forget(node, id);
    else this.#defer(this.#note(node, id, verdict));
  }

  /** Drops what is still to be published of a check. */
  forget(node: string, id: string): void {
    const pending = this.#pending.get(node, id);
    if (!pending) return;
    pending.timer?.cancel();
    this.#failed.delete(pending);
    this.#pending.delete(node, id);
  }

  stop(): void {
    for (const { timer } of this.#pending.values()) timer?.cancel();
    this.#retrying?.cancel();
    this.#retrying = undefined;
    this.#failed.clear();
    this.#pending.clear();
  }

  #note(node: string, id: string, verdict: Verdict): Pending {
    const before = this.#pending.get(node, id);
    if (before) before.verdict = verdict;
    const pending = before ?? { node, id, verdict, timer: undefined, commits: 0 };
    this.#pending.set(node, id, pending);
    return pending;
  }

  #defer(pending: Pending): void {
    const { clock, random } = this.#options;
    const wait = OUTPUT_INTERVAL / 2 + (random() * OUTPUT_INTERVAL) / 2;
    pending.timer ??= clock.after(wait, () => void this.#commitLater(pending));
  }

  async #commit(pending: Pending): Promise<void> {
    const { node, id, verdict } = pending;
    // Neither forgotten nor overtaken by a later verdict meanwhile.
    const isLatest = () => this.#pending.get(node, id) === pending && pending.verdict === verdict;
    pending.timer?.cancel();
    pending.timer = undefined;
    this.#failed.delete(pending);
    pending.commits++;
    try {
      await this.#options.commit(node, id, verdict);
      if (isLatest()) this.forget(node, id);
    } catch (error) {
      if (isLatest()) this.#tryAgain(pending);
      this.#options.onFailure(error);
      throw error;
    } finally {
      pending.commits--;
    }
  }

  /** @returns whether it was stored */
  async #commitLater(pending: Pending): Promise<boolean> {
    try {
      await this.#commit(pending);
      return true;
    } catch {
      return false; // It was told, and is tried again.
    }
  }

  #tryAgain(pending: Pending): void {
    this.#failed.add(pending);
    this.#retrying ??= this.#options.clock.after(RETRY_AFTER, () => void this.#retry());
  }

  /** Tries the oldest ones, and once they are stored the next ones at once. */
  async #retry(): Promise<void> {
    for (let stored = true; stored && this.#failed.size > 0;) {
      const oldest = [...this.#failed].slice(0, MAX_RETRIED);
      const results = await Promise.all(oldest.map((pending) => this.#commitLater(pending)));
      stored = results.every(Boolean);
    }
    this.#retrying = undefined;
    const [next] = this.#failed;
    if (next) this.#tryAgain(next);
  }
}
