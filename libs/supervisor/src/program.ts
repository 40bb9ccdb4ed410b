import type { Config } from '#libs/config';
import { createLogger, type Logger } from '#libs/observability';
import { EXIT_FAILED, fail, parseCommandLine, readConfig, type Command } from './command-line.js';
import { hasParent, tellParent, type Ready } from './parent.js';
import { stopOnSignal, type Running } from './signals.js';
import { StartError } from './start-error.js';

/** A program that serves until it is told to stop. */
export interface Program extends Command {
  /** Starts everything; a rejection leaves nothing running that keeps the process alive. */
  start(config: Config, log: Logger): Promise<Started>;
}

/** A started program, what it serves, and what a person at a terminal should read. */
export interface Started extends Running, Omit<Ready, 'event'> {
  readonly banner: readonly string[];
  /** Resolves when those who wait for the program may be told that it is ready, such as after a first try to register. */
  settled?(): Promise<void>;
}

/** Runs `program` as a command: parses the arguments, reads the configuration, starts, and stops on a signal. */
export async function runProgram(program: Program, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(program, parseCommandLine(program, args), env);
  const log = createLogger(config.log, program.name);
  try {
    await serve(await program.start(config, log), log);
  } catch (error) {
    if (error instanceof StartError) fail(program, error.message, EXIT_FAILED);
    log.fatal({ err: error }, 'did not start');
    process.exit(EXIT_FAILED);
  }
}

async function serve(started: Started, log: Logger): Promise<void> {
  stopOnSignal(started, log);
  log.info(started.endpoints, 'serving');
  await started.settled?.();
  tellParent({ event: 'ready', endpoints: started.endpoints, ...(started.account && { account: started.account }) });
  if (hasParent()) return;
  if (process.stdout.isTTY) process.stdout.write(`${started.banner.join('\n')}\n`);
  // Told once and stored only as a hash: it must reach whoever started the program, but no log.
  if (started.account) process.stderr.write(`account ${started.account.name}, password ${started.account.password}\n`);
}
