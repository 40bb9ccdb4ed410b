import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { parseArgs } from 'node:util';
import { ConfigError, DEFAULT_FILE, loadConfig, type Config } from '#libs/config';
import { createLogger, type Logger } from '#libs/observability';
import { hasParent, tellParent, type Ready } from './parent.js';
import { stopOnSignal, type Running } from './signals.js';
import { StartError } from './start-error.js';

/** A program that serves until it is told to stop. */
export interface Program {
  /** As it is typed: `signpost-resolver`. */
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  /** Starts everything; a rejection leaves nothing running that keeps the process alive. */
  start(config: Config, log: Logger): Promise<Started>;
}

/** A started program, what it serves, and what a person at a terminal should read. */
export interface Started extends Running, Omit<Ready, 'event'> {
  readonly banner: readonly string[];
  /** Resolves when those who wait for the program may be told that it is ready, such as after a first try to register. */
  settled?(): Promise<void>;
}

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Runs `program` as a command: parses the arguments, reads the configuration, starts, and stops on a signal. */
export async function runProgram(program: Program, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const options = parseOptions(program, args);
  if (options.help) return print(usage(program));
  if (options.version) return print(`${program.name} ${version()}`);
  const config = readConfig(program, options.config, env);
  if (options['check-config']) return print('the configuration is valid');
  const log = createLogger(config.log, program.name);
  try {
    await serve(await program.start(config, log), log);
  } catch (error) {
    if (error instanceof StartError) fail(program, error.message, EXIT_FAILED);
    log.fatal({ err: error }, 'did not start');
    process.exit(EXIT_FAILED);
  }
}

/** The version in package.json. */
export function version(): string {
  const file = findPackageJSON('..', import.meta.url);
  return (JSON.parse(readFileSync(file!, 'utf8')) as { version: string }).version;
}

async function serve(started: Started, log: Logger): Promise<void> {
  stopOnSignal(started, log);
  log.info(started.endpoints, 'serving');
  await started.settled?.();
  tellParent({ event: 'ready', endpoints: started.endpoints, ...(started.account && { account: started.account }) });
  if (hasParent()) return;
  if (process.stdout.isTTY) print(started.banner.join('\n'));
  // Told once and stored only as a hash: it must reach whoever started the program, but no log.
  if (started.account) process.stderr.write(`account ${started.account.name}, password ${started.account.password}\n`);
}

function parseOptions(program: Program, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        'check-config': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return fail(program, `${(error as Error).message}\n${usage(program)}`, EXIT_USAGE);
  }
}

function readConfig(program: Program, file: string | undefined, env: NodeJS.ProcessEnv): Config {
  try {
    return loadConfig({ env, ...(file !== undefined && { file }) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail(program, error.problems.join(`\n${program.name}: `), EXIT_FAILED);
  }
}

function usage({ name, summary }: Program): string {
  return `${summary}

usage: ${name} [--config FILE] [--check-config]

  --config FILE    read the settings from FILE instead of ${DEFAULT_FILE}
  --check-config   read the settings, tell what is wrong with them, and exit
  --help, -h       show this and exit
  --version        show the version and exit

Each setting can come from the environment too: [resolver] http_port is SIGNPOST_RESOLVER_HTTP_PORT.`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(program: Program, message: string, code: number): never {
  process.stderr.write(`${program.name}: ${message}\n`);
  process.exit(code);
}
