import { appendFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { LogPolicy } from './messages.js';

const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: Infinity } as const;

type Level = 'info' | 'warn' | 'error';

/**
 * The primary's log, where that of the workers goes: lines like theirs. Their logger would cost the primary more memory than all that it
 * does. Its few lines open a log file anew each time, so that one that was moved away needs no signal.
 */
export class PrimaryLog {
  readonly #name: string;
  readonly #write: (line: string) => void;
  #policy: LogPolicy = { level: 'info', format: 'auto', file: '' };

  /** @param name of the program */
  constructor(name: string, write: (line: string) => void = (line) => process.stdout.write(line)) {
    this.#name = name;
    this.#write = write;
  }

  /** Follows the configuration of the workers. */
  use(policy: LogPolicy): void {
    this.#policy = policy;
  }

  set level(level: string) {
    this.#policy = { ...this.#policy, level };
  }

  info(details: object, message: string): void {
    this.#log('info', details, message);
  }

  warn(details: object, message: string): void {
    this.#log('warn', details, message);
  }

  error(details: object, message: string): void {
    this.#log('error', details, message);
  }

  #log(level: Level, details: object, message: string): void {
    const least = LEVELS[this.#policy.level as keyof typeof LEVELS];
    if (LEVELS[level] < least) return;
    const { format, file } = this.#policy;
    const isTerminal = file === '' && process.stdout.isTTY === true;
    const pretty = format === 'pretty' || (format === 'auto' && isTerminal);
    this.#put(file, pretty ? this.#pretty(level, details, message) : this.#json(level, details, message));
  }

  /** A file that takes no more, such as on a full disk, must not end the process that holds the sockets. */
  #put(file: string, line: string): void {
    if (file === '') return this.#write(line);
    try {
      appendFileSync(file, line);
    } catch {
      this.#write(line);
    }
  }

  #json(level: Level, details: object, msg: string): string {
    const head = { level: LEVELS[level], time: Date.now(), pid: process.pid, hostname: hostname(), name: this.#name };
    return `${JSON.stringify({ ...head, ...details, msg })}\n`;
  }

  #pretty(level: Level, details: object, message: string): string {
    const time = new Date().toTimeString().slice(0, 8);
    const lines = Object.entries(details).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
    return `[${time}] ${level.toUpperCase()} (${this.#name}): ${message}\n${lines.join('')}`;
  }
}
