import { readFileSync, statSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Logger } from '#libs/observability';
import type { Clock, Timer } from '#libs/time';
import { keyOf, parseTokens, type Token, type TokenTable } from './token-table.js';

export interface TokensOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often the file is looked at, in milliseconds. At its stamps, since no notice of a change comes from every kind of mount. */
const LOOK_EVERY = 1_000;

/** The tokens of a file, which is read again whenever it changes. A file that is wrong then changes nothing. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #timer: Timer;
  #table: TokenTable;
  /** What the file was when it was read last: its stamps, or why it had none. */
  #state: string;

  /** @throws TokenFileError, or the error of the file system when the file cannot be read */
  constructor(options: TokensOptions) {
    this.#options = options;
    this.#state = stampsOf(statSync(options.file));
    this.#table = parseTokens(readFileSync(options.file, 'utf8'));
    this.#timer = options.clock.every(LOOK_EVERY, () => void this.#look());
  }

  /** What is known of a token; undefined when it is none of these. */
  find(token: string): Token | undefined {
    return this.#table.get(keyOf(token));
  }

  /** Stops looking at the file. */
  close(): void {
    this.#timer.cancel();
  }

  async #look(): Promise<void> {
    const { file, log } = this.#options;
    const state = await stat(file).then(stampsOf, (error: Error) => error.message);
    if (state === this.#state) return;
    this.#state = state;
    try {
      this.#table = parseTokens(await readFile(file, 'utf8'));
      log.info({ file, count: this.#table.size }, 'tokens read');
    } catch (error) {
      log.error({ file, reason: (error as Error).message }, 'tokens not read: those from before stay');
    }
  }
}

function stampsOf({ mtimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${size} ${ino}`;
}
