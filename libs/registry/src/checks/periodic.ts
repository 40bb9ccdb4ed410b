import type { Clock, Timer } from '#libs/time';
import type { Status } from '../model.js';
import { Hysteresis } from './hysteresis.js';
import { runOnce, type PeriodicProbe } from './types.js';
import type { Verdict } from './verdict.js';
import type { Vigil } from './vigil.js';

/** A check that the registry runs each `interval`. */
export class PeriodicCheck {
  readonly probe: PeriodicProbe;
  readonly #clock: Clock;
  readonly #vigil: Vigil;
  readonly #publish: (verdict: Verdict) => void;
  readonly #onRun: (status: Status) => void;
  readonly #hysteresis: Hysteresis;
  readonly #stop = new AbortController();
  #timer: Timer | undefined;

  /** @param onRun told what each run said, also when that is not published yet */
  constructor(
    probe: PeriodicProbe,
    clock: Clock,
    vigil: Vigil,
    publish: (verdict: Verdict) => void,
    onRun: (status: Status) => void,
  ) {
    this.probe = probe;
    this.#clock = clock;
    this.#vigil = vigil;
    this.#publish = publish;
    this.#onRun = onRun;
    this.#hysteresis = new Hysteresis(probe);
  }

  /** @param delay milliseconds to the first run: spread over the interval, so that a restart does not run all checks at once */
  start(delay: number): void {
    this.#timer = this.#clock.after(delay, () => void this.#run());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#stop.abort(new Error('the check was stopped'));
  }

  async #run(): Promise<void> {
    const started = this.#clock.monotonic();
    const { output, status } = await this.#runInTime();
    if (this.#stop.signal.aborted) return;
    // The process was stopped meanwhile, so that a failure may be its own.
    if (status === 'critical' && this.#vigil.since > started) return this.start(0);
    this.#onRun(status);
    this.start(this.probe.interval);
    const settled = this.#hysteresis.take(status);
    if (settled) this.#publish({ status: settled, output });
  }

  async #runInTime(): Promise<Verdict> {
    const late = new AbortController();
    const timer = this.#clock.after(this.probe.timeout, () => late.abort());
    const verdict = await runOnce(this.probe, AbortSignal.any([this.#stop.signal, late.signal]));
    timer.cancel();
    return verdict;
  }
}
