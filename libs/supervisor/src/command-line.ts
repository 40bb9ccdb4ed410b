import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { ConfigError, DEFAULT_FILE, loadConfig, type Config, type Sources } from '#libs/config';
import { findSubCommand, operandsOf, type SubCommand } from './sub-command.js';

/** A program as it is typed. */
export interface Command {
  /** `signpost-resolver` */
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  /** What it can do besides serving. */
  readonly subCommands?: readonly SubCommand[];
}

/** What stands on the command line. */
export interface Options {
  /** The file that `--config` names. */
  readonly file: string | undefined;
  readonly checkConfig: boolean;
  /** What it is to do instead of serving. */
  readonly run?: (config: Config) => Promise<void>;
}

const OPTIONS = {
  config: { type: 'string' },
  'check-config': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

export const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Of the names in `--help`. */
const NAME_WIDTH = 16;

/** Parses the arguments. Answers `--help`, `--version` and what it does not understand by itself, and ends the program. */
export function parseCommandLine(command: Command, args: readonly string[]): Options {
  const { subCommands = [] } = command;
  const every: ParseArgsOptionsConfig = Object.assign({}, ...subCommands.map(({ options }) => options), OPTIONS);
  try {
    // Tells words from the values of options: which options there may be depends on the words.
    const { values, positionals } = parseArgs({ args: [...args], options: every, allowPositionals: true });
    if (values['help']) leave(usage(command));
    return parseStrictly(command, args, findSubCommand(subCommands, positionals));
  } catch (error) {
    return fail(command, `${(error as Error).message}\n${usage(command)}`, EXIT_USAGE);
  }
}

function parseStrictly(command: Command, args: readonly string[], subCommand: SubCommand | undefined): Options {
  const options = { ...subCommand?.options, ...OPTIONS };
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: subCommand !== undefined });
  if (values.version) leave(`${command.name} ${version()}`);
  const common = { file: values.config, checkConfig: values['check-config'] === true };
  if (!subCommand) return common;
  const operands = operandsOf(subCommand, positionals);
  return { ...common, run: (config) => subCommand.run({ config, operands, options: values }) };
}

/** Reads the configuration. Tells all that is wrong with it, and ends the program; so does `--check-config`. */
export function readConfig(command: Command, options: Options, env: NodeJS.ProcessEnv): Config {
  try {
    const config = loadConfig(sourcesOf(options, env));
    return options.checkConfig ? leave('the configuration is valid') : config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail(command, error.problems.join(`\n${command.name}: `), EXIT_FAILED);
  }
}

/** Where the configuration comes from, at the start and whenever it is read again. */
export function sourcesOf({ file }: Options, env: NodeJS.ProcessEnv): Sources {
  return { env, ...(file !== undefined && { file }) };
}

/** Ends the program with a message for the person who started it. */
export function fail({ name }: Command, message: string, code: number): never {
  process.stderr.write(`${name}: ${message}\n`);
  process.exit(code);
}

/** The version in package.json. */
export function version(): string {
  const file = findPackageJSON('..', import.meta.url);
  return (JSON.parse(readFileSync(file!, 'utf8')) as { version: string }).version;
}

function usage({ name, summary, subCommands = [] }: Command): string {
  const commands = subCommands.map((one) => `\n       ${name} ${one.name} ${one.usage}`.trimEnd());
  return `${summary}

usage: ${name} [--config FILE] [--check-config]${commands.join('')}

  --config FILE    read the settings from FILE instead of ${DEFAULT_FILE}
  --check-config   read the settings, tell what is wrong with them, and exit
  --help, -h       show this and exit
  --version        show the version and exit
${subCommands.map(describe).join('')}${subCommands.length > 0 ? '\n' : ''}
Each setting can come from the environment too: [resolver] http_port is SIGNPOST_RESOLVER_HTTP_PORT.`;
}

function describe({ name, summary }: SubCommand): string {
  return `\n  ${name.padEnd(NAME_WIDTH)} ${summary}`;
}

function leave(text: string): never {
  process.stdout.write(`${text}\n`);
  process.exit(0);
}
