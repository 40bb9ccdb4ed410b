import { hostname } from 'node:os';
import type { LogPolicy } from './messages.js';

const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: Infinity } as const;

type Level = 'info' | 'warn' | 'error';

/**
 * The primary's log, on standard output: lines like those of the workers. Their logger would cost the primary more memory than all
 * that it does.
 */
export class PrimaryLog {
  readonly #name: string;
  readonly #write: (line: string) => void;
  #policy: LogPolicy = { level: 'info', format: 'auto' };

  /** @param name of the program */
  constructor(name: string, write: (line: string) => void = (line) => process.stdout.write(line)) {
    this.#name = name;
    this.#write = write;
  }

  /** Follows the configuration of the workers. */
  use(policy: LogPolicy): void {
    this.#policy = policy;
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
    const { format } = this.#policy;
    const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY === true);
    this.#write(pretty ? this.#pretty(level, details, message) : this.#json(level, details, message));
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
