import { HTTP_PROBLEMS, Problem } from '#libs/http';
import type { AttemptStore, Patience } from './attempts.js';

export interface LoginThrottleOptions {
  readonly store: AttemptStore;
  readonly enabled: boolean;
  /** So many wrong passwords of an account, and of a network, are free. */
  readonly accountFailures: number;
  readonly networkFailures: number;
}

/** Short, as anybody can make an account wait by sending wrong passwords for it; a network can only do so to itself. */
const ACCOUNT_WAIT_MS = 60_000;
const NETWORK_WAIT_MS = 15 * 60_000;

/** Whose password is checked, and for whom. */
export interface Attempt {
  readonly username: string;
  /** As `networkOf` gives it. */
  readonly network: string;
}

/** Slows down whoever guesses passwords: of one account from many places, or of many accounts from one. */
export class LoginThrottle {
  readonly #store: AttemptStore;
  readonly #enabled: boolean;
  readonly #account: Patience;
  readonly #network: Patience;

  constructor({ store, enabled, accountFailures, networkFailures }: LoginThrottleOptions) {
    this.#store = store;
    this.#enabled = enabled;
    this.#account = { free: accountFailures, longest: ACCOUNT_WAIT_MS };
    this.#network = { free: networkFailures, longest: NETWORK_WAIT_MS };
  }

  /**
   * Runs a check, which gives undefined for what is wrong.
   *
   * @throws Problem 429 when the account or the network has to wait; then nothing is checked
   */
  async check<T>({ username, network }: Attempt, check: () => Promise<T | undefined>): Promise<T | undefined> {
    if (!this.#enabled) return check();
    const [account, net] = [`account ${username}`, `network ${network}`];
    await this.#begin(net, this.#network);
    await this.#begin(account, this.#account).catch((error: unknown) => this.#release(error, net));
    const result = await check().catch((error: unknown) => this.#release(error, net, account));
    if (result === undefined) return undefined;
    await this.#store.forget(account);
    await this.#store.takeBack(net);
    return result;
  }

  async #begin(key: string, patience: Patience): Promise<void> {
    const wait = await this.#store.begin(key, patience);
    if (wait === 0) return;
    throw new Problem(HTTP_PROBLEMS.tooManyRequests, {
      detail: 'too many wrong passwords: the next is checked later',
      headers: { 'retry-after': String(Math.ceil(wait / 1_000)) },
    });
  }

  /** What was not checked does not count. */
  async #release(error: unknown, ...keys: readonly string[]): Promise<never> {
    for (const key of keys) await this.#store.takeBack(key);
    throw error;
  }
}
