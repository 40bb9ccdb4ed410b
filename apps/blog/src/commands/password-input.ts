import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandError } from '#libs/supervisor';

/** Where a password comes from: never from an argument, which every user of the machine can read. */
export const PASSWORD_OPTIONS = {
  'password-file': { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const;

export const PASSWORD_USAGE = '[--password-file FILE | --password-stdin]';

/** The descriptor of standard input. */
const STDIN = 0;

/**
 * The password that a sub-command was given, or that somebody at a terminal types twice. The last line break of a file is
 * no part of it.
 *
 * @throws CommandError when there is none
 */
export async function readPassword(options: Readonly<Record<string, unknown>>): Promise<string> {
  const { 'password-file': file, 'password-stdin': fromStdin } = options;
  if (file !== undefined && fromStdin) throw new CommandError('give --password-file or --password-stdin, not both', 2);
  if (typeof file === 'string') return readSource(file, file);
  if (fromStdin) return readSource(STDIN, 'standard input');
  if (process.stdin.isTTY) return prompt();
  throw new CommandError('a password is typed at a terminal; without one give --password-file or --password-stdin', 2);
}

function readSource(source: string | number, name: string): string {
  try {
    return readFileSync(source, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new CommandError(`the password cannot be read from ${name}: ${(error as Error).message}`);
  }
}

/** Asks twice, without an echo: what readline echoes goes nowhere. */
async function prompt(): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  terminal.on('SIGINT', () => terminal.close());
  const lines = terminal[Symbol.asyncIterator]();
  try {
    const password = await ask('Password: ', lines);
    if ((await ask('Once more: ', lines)) !== password) throw new CommandError('the two are not the same');
    return password;
  } finally {
    terminal.close();
  }
}

async function ask(question: string, lines: AsyncIterator<string>): Promise<string> {
  process.stderr.write(question);
  const { value, done } = await lines.next();
  process.stderr.write('\n');
  if (done) throw new CommandError('no password was given');
  return value;
}
