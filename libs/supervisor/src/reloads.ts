import { changedSettings, ConfigError, type Config, type Section } from '#libs/config';
import type { Logger } from '#libs/observability';
import type { Running } from './signals.js';

export interface ReloadsOptions {
  /** What the program was started with. */
  readonly config: Config;
  /** Reads the configuration again. @throws ConfigError */
  readonly read: () => Config;
  readonly log: Logger;
}

/** Settings that change while a program runs: the file is read again, checked as a whole, and handed to the program. */
export class Reloads {
  readonly #read: () => Config;
  readonly #log: Logger;
  readonly #started = Promise.withResolvers<Running>();
  /** Of the start. */
  readonly #first: Config;
  /** As it was read last. */
  #latest: Config;
  /** The one that was asked for last: one at a time, each with the file as it then is. */
  #last: Promise<void> = Promise.resolve();

  constructor({ config, read, log }: ReloadsOptions) {
    this.#first = config;
    this.#latest = config;
    this.#read = read;
    this.#log = log;
  }

  /** Reloads at each SIGHUP from now on, also before the program has started: the signal would otherwise end it. */
  onSignal(): void {
    process.on('SIGHUP', () => void this.reload().catch(() => undefined));
  }

  /** The program has started; what was asked for meanwhile is done now. */
  follow(running: Running): void {
    this.#started.resolve(running);
  }

  /**
   * Reads the configuration and lets the program take it on. What came of it is logged; a program that cannot change its settings says
   * so and goes on.
   *
   * @throws ConfigError, or what the program throws; then nothing has changed
   */
  reload(): Promise<void> {
    this.#last = this.#last.catch(() => undefined).then(() => this.#reload());
    return this.#last;
  }

  async #reload(): Promise<void> {
    const running = await this.#started.promise;
    if (!running.reload)
      return this.#log.warn('asked to reload, but the settings are read at the start only: start again');
    try {
      const config = this.#read();
      this.#tell(config, await running.reload(config));
      this.#log.level = config.log.level;
      this.#latest = config;
    } catch (error) {
      const cause = error instanceof ConfigError ? { problems: error.problems } : { err: error };
      this.#log.error(cause, 'not reloaded: all settings stay as they were');
      throw error;
    }
  }

  #tell(config: Config, waiting: readonly string[]): void {
    const changed = changedSettings(this.#latest, config, Object.keys(config) as Section[]);
    this.#log.info({ changed }, 'reloaded');
    const own = changedSettings(this.#first, config, ['debug', 'log']).filter((name) => name !== '[log] level');
    const settings = [...waiting, ...own];
    if (settings.length > 0) this.#log.warn({ settings }, 'changed, but only the next start takes these settings on');
  }
}
