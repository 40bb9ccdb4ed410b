import type { Clock, Timer } from '#libs/time';
import type { Check } from '../model.js';
import type { Verdict } from './verdict.js';

/**
 * How long a new output with the same status may wait before it is committed, in milliseconds (Consul's `check_update_interval`):
 * services that put the time into each heartbeat would otherwise cost a write each.
 */
const OUTPUT_INTERVAL = 300_000;
/** How long to wait before a verdict that could not be stored is tried again. */
const RETRY_AFTER = 1_000;

export interface PublisherOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** The check as the catalog has it, or undefined when it is gone. */
  readonly current: () => Check | undefined;
  /** Makes a verdict durable. */
  readonly commit: (verdict: Verdict) => Promise<void>;
  /** Told when a verdict could not be stored; it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** Carries the verdicts of one check into the registry: a change of status at once, a mere change of output when time allows. */
export class Publisher {
  readonly #options: PublisherOptions;
  /** Said, but not yet in the catalog. */
  #pending: Verdict | undefined;
  #timer: Timer | undefined;
  /** Commits under way: until they are through, the catalog does not say what the status will be. */
  #commits = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** The latest output, committed or not. */
  get output(): string | undefined {
    return this.#pending?.output ?? this.#options.current()?.output;
  }

  /** Resolves when the verdict is durable as far as it has to be. Rejects when that failed; then it is tried again later. */
  async publish(verdict: Verdict): Promise<void> {
    const current = this.#options.current();
    if (current?.status === verdict.status && !this.#commits) return this.#defer(verdict, current);
    await this.#commit(verdict);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#pending = undefined;
  }

  #defer(verdict: Verdict, current: Check): void {
    if (verdict.output === current.output) return this.stop();
    this.#pending = verdict;
    const { clock, random } = this.#options;
    this.#timer ??= clock.after(OUTPUT_INTERVAL / 2 + (random() * OUTPUT_INTERVAL) / 2, () => this.#retry());
  }

  async #commit(verdict: Verdict): Promise<void> {
    this.stop();
    this.#pending = verdict;
    this.#commits++;
    try {
      await this.#options.commit(verdict);
      if (this.#pending === verdict) this.#pending = undefined;
    } catch (error) {
      if (this.#pending === verdict) this.#timer ??= this.#options.clock.after(RETRY_AFTER, () => this.#retry());
      throw error;
    } finally {
      this.#commits--;
    }
  }

  #retry(): void {
    const verdict = this.#pending;
    if (verdict) this.#commit(verdict).catch(this.#options.onFailure);
  }
}
