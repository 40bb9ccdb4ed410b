import { changedSettings, ConfigError, type Config, type Section } from '#libs/config';
import type { Logger } from '#libs/observability';
import type { Reload } from './running.js';

export interface ReloadsOptions {
  /** What the program was started with. */
  readonly config: Config;
  /** Reads the configuration again. @throws ConfigError */
  readonly read: () => Config;
  readonly log: Logger;
}

/**
 * How much is logged: all; not what new workers will say or take on, as they are on their way; or nothing, of a worker that has just read its
 * settings.
 */
export type Voice = 'aloud' | 'brief' | 'silent';

/** What a worker has from its start to its end, but for the level of its log. */
const OF_WORKERS: readonly Section[] = ['supervisor', 'debug', 'log'];

/** Settings that change while a program runs: the file is read again, checked as a whole, and handed to the program. */
export class Reloads {
  readonly #read: () => Config;
  readonly #log: Logger;
  readonly #started = Promise.withResolvers<Reload | undefined>();
  /** Of the start. */
  readonly #first: Config;
  /** As it was read last. */
  #latest: Config;
  #following = false;
  /** The one that was asked for last: one at a time, each with the file as it then is. */
  #last: Promise<void> = Promise.resolve();

  constructor({ config, read, log }: ReloadsOptions) {
    this.#first = config;
    this.#latest = config;
    this.#read = read;
    this.#log = log;
  }

  /** What was asked for meanwhile is done now. @param reload undefined for a program that cannot change its settings while it serves */
  follow(reload: Reload | undefined): void {
    this.#following = true;
    this.#started.resolve(reload);
  }

  /** Resolves when all is done that was asked for, by a program that follows its settings. */
  async caughtUp(): Promise<void> {
    if (this.#following) await this.#last.catch(() => undefined);
  }

  /**
   * Reads the configuration and lets the program take it on. What came of it is logged.
   *
   * @throws ConfigError, or what the program throws; then nothing has changed
   */
  reload(voice: Voice = 'aloud'): Promise<void> {
    this.#last = this.#last.catch(() => undefined).then(() => this.#reload(voice));
    return this.#last;
  }

  async #reload(voice: Voice): Promise<void> {
    const reload = await this.#started.promise;
    if (!reload) return;
    try {
      const config = this.#read();
      this.#tell(config, await reload(config), voice);
      this.#log.level = config.log.level;
      this.#latest = config;
    } catch (error) {
      const cause = error instanceof ConfigError ? { problems: error.problems } : { err: error };
      if (voice === 'aloud') this.#log.error(cause, 'not reloaded: all settings stay as they were');
      throw error;
    }
  }

  #tell(config: Config, waiting: readonly string[], voice: Voice): void {
    const changed = changedSettings(this.#latest, config, Object.keys(config) as Section[]);
    if (voice !== 'silent') this.#log.info({ changed }, 'reloaded');
    const own = changedSettings(this.#first, config, OF_WORKERS).filter((name) => name !== '[log] level');
    const settings = [...waiting, ...own];
    if (settings.length === 0 || voice !== 'aloud') return;
    this.#log.warn({ settings }, 'changed, but only new workers (SIGHUP) take these settings on');
  }
}
