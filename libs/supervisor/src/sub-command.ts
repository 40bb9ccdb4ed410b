import type { ParseArgsOptionsConfig } from 'node:util';
import type { Config } from '#libs/config';

/** Something that a program does at once, and then ends: `signpost-blog user add NAME`. */
export interface SubCommand {
  /** As it is typed: `user add`. */
  readonly name: string;
  /** What follows it, for `--help`: `NAME [--role ROLE]`. */
  readonly usage: string;
  /** Half a sentence for `--help`. */
  readonly summary: string;
  /** How many words follow it that are no options. */
  readonly operands: number;
  readonly options?: ParseArgsOptionsConfig;
  /** @throws CommandError for what its user can mend */
  run(invocation: Invocation): Promise<void>;
}

/** What a sub-command was called with. */
export interface Invocation {
  readonly config: Config;
  readonly operands: readonly string[];
  /** By name. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Why a sub-command did not do what it was to do, in a sentence for the person who typed it: printed alone. */
export class CommandError extends Error {
  /** @param code the exit code: 1 when it could not be done, 2 when it was called in a wrong way */
  constructor(
    message: string,
    readonly code: 1 | 2 = 1,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

/**
 * The sub-command that the words of a command line name.
 *
 * @returns undefined when there are none, so that the program is to serve
 * @throws CommandError when they name none
 */
export function findSubCommand(subCommands: readonly SubCommand[], words: readonly string[]): SubCommand | undefined {
  const found = subCommands.find(({ name }) => wordsOf(name).every((word, n) => words[n] === word));
  if (!found && words.length > 0) throw new CommandError(`there is no command ${JSON.stringify(words.join(' '))}`, 2);
  return found;
}

/** The operands among the words of a command line. @throws CommandError when there are too many or too few */
export function operandsOf({ name, usage, operands }: SubCommand, words: readonly string[]): string[] {
  const rest = words.slice(wordsOf(name).length);
  if (rest.length !== operands) throw new CommandError(`${name} is called as: ${name} ${usage}`.trimEnd(), 2);
  return rest;
}

function wordsOf(name: string): string[] {
  return name.split(' ');
}
