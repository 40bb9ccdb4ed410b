import type { Logger } from '#libs/observability';
import type { Clock, Timer } from '#libs/time';
import { AgentError, type Agent, type ServiceDefinition } from './agent.js';

export interface RegistrationOptions {
  readonly agent: Agent;
  readonly service: ServiceDefinition;
  readonly clock: Clock;
  readonly log: Logger;
  /** Numbers from 0 up to 1, for the jitter. */
  readonly random?: () => number;
}

/** Three heartbeats within a TTL: two may get lost. */
const HEARTBEATS_PER_TTL = 3;
/** The first wait after a failure, and the longest one, in milliseconds: a registry that is back is found within a second. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 1_000;

/**
 * Keeps one service registered: registers it, sends heartbeats, and registers it again whenever the registry has lost it or
 * was away. It never throws and never makes anybody wait: a service runs as well without its registry.
 *
 * ```text
 * register --ok--> pass --ok--> (TTL / 3) --> pass ...
 *     ^              | not known there: at once
 *     +--------------+
 * any other failure: the same step again, after 100 ms, 200 ms, ... 1 s
 * ```
 */
export class Registration {
  private registered = false;
  private stopped = false;
  private failures = 0;
  private timer: Timer | undefined;
  private step: Promise<void> = Promise.resolve();
  private firstStep: Promise<void> = Promise.resolve();

  constructor(private readonly options: RegistrationOptions) {}

  /** Whether the registry knew the service when it was last asked. */
  get isRegistered(): boolean {
    return this.registered;
  }

  /** Begins to register, and returns at once. */
  start(): void {
    this.run();
    this.firstStep = this.step;
  }

  /** Resolves when the first try to register has ended, well or not. */
  tried(): Promise<void> {
    return this.firstStep;
  }

  /** Stops the heartbeats, and leaves the service as it is. */
  leave(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  /** Stops the heartbeats and takes the service out of the registry, if that can be reached. Never throws. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    // A registration that is under way would otherwise arrive after the deregistration.
    await this.step;
    const { agent, service, log } = this.options;
    try {
      await agent.deregister(service.id);
      log.info({ service: service.id }, 'deregistered');
    } catch (error) {
      log.warn(
        { service: service.id, reason: reasonOf(error) },
        'not deregistered: the registry will notice by itself',
      );
    }
    this.registered = false;
  }

  private run(): void {
    this.step = this.advance().then((wait) => {
      if (!this.stopped) this.timer = this.options.clock.after(wait, () => this.run());
    });
  }

  /** Takes the next step, and says after how many milliseconds the one after it is due. */
  private async advance(): Promise<number> {
    const { agent, service } = this.options;
    const wasRegistered = this.registered;
    try {
      if (!wasRegistered) await this.register();
      if (this.stopped) return 0;
      // After a registration too: a registry that has the check already keeps the status that it had, Consul for one.
      await agent.pass(service.id);
      this.failures = 0;
      return this.jittered(service.ttl / HEARTBEATS_PER_TTL);
    } catch (error) {
      return this.fail(error, wasRegistered);
    }
  }

  private async register(): Promise<void> {
    const { agent, service, log } = this.options;
    await agent.register(service);
    this.registered = true;
    log.info({ service: service.id }, 'registered');
  }

  private fail(error: unknown, wasRegistered: boolean): number {
    const { service, log } = this.options;
    if (error instanceof AgentError && error.isUnregistered) {
      this.registered = false;
      // Only one that was there before: a registry that forgets at once would be asked in a circle.
      if (wasRegistered) {
        log.warn({ service: service.id }, 'the registry has lost this service: registering it again');
        return 0;
      }
    }
    this.failures += 1;
    // One line when it begins, not one for each try of a registry that may be away for hours.
    if (this.failures === 1) log.warn({ service: service.id, reason: reasonOf(error) }, 'not registered: trying on');
    if (error instanceof AgentError && error.isRejected) return service.ttl;
    return this.jittered(Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LONGEST_RETRY_MS));
  }

  /** Up to a fifth less, so that the instances of a whole machine do not knock together. */
  private jittered(ms: number): number {
    const { random = Math.random } = this.options;
    return ms * (1 - 0.2 * random());
  }
}

/** What went wrong, with its cause: `fetch failed: connect ECONNREFUSED 127.0.0.1:8500`. A registry that is away needs no stack. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
