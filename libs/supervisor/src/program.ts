import { loadConfig, type Config } from '#libs/config';
import { createLogger, Metrics, reopenLog, type Logger } from '#libs/observability';
import { EXIT_FAILED, fail, parseCommandLine, readConfig, sourcesOf, version, type Command } from './command-line.js';
import { startDebug, type Debug, type DebugPort } from './debug.js';
import { hasParent, tellParent, type Ready } from './parent.js';
import { Reloads } from './reloads.js';
import { stopOnSignal, type Running } from './signals.js';
import { StartError, storageError } from './start-error.js';
import { CommandError } from './sub-command.js';

/** What a program has of the supervisor that starts it. */
export interface Supervisor {
  /** What `[debug]` shows; the program adds its own to it. */
  readonly metrics: Metrics;
  /** Does what SIGHUP does: reads the configuration again. @throws ConfigError with every problem; then nothing has changed */
  reload(): Promise<void>;
}

/** A program that serves until it is told to stop. */
export interface Program extends Command {
  /** Where its metrics are served, beside `[debug] host`. */
  readonly debugPort: DebugPort;
  /** Starts everything; a rejection leaves nothing running that keeps the process alive. */
  start(config: Config, log: Logger, supervisor: Supervisor): Promise<Started>;
}

/** A started program, what it serves, and what a person at a terminal should read. */
export interface Started extends Running, Omit<Ready, 'event'> {
  readonly banner: readonly string[];
  /** Resolves when those who wait for the program may be told that it is ready, such as after a first try to register. */
  settled?(): Promise<void>;
}

/**
 * Runs `program` as a command: parses the arguments, reads the configuration, then runs a sub-command, or starts, reloads and
 * stops on a signal.
 */
export async function runProgram(program: Program, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const options = parseCommandLine(program, args);
  const config = readConfig(program, options, env);
  if (options.run) return runOnce(program, () => options.run!(config));
  const log = openLog(program, config);
  // Node would open its inspector.
  process.on('SIGUSR1', () => reopenLog(log));
  const reloads = new Reloads({ config, read: () => loadConfig(sourcesOf(options, env)), log });
  reloads.onSignal();
  const metrics = new Metrics(version());
  try {
    const started = await program.start(config, log, { metrics, reload: () => reloads.reload() });
    reloads.follow(started);
    await serve(started, await startDebug(config, program.debugPort, metrics, log), log);
  } catch (error) {
    if (error instanceof StartError) fail(program, error.message, EXIT_FAILED);
    log.fatal({ err: error }, 'did not start');
    process.exit(EXIT_FAILED);
  }
}

/** Tells which setting to change when the log's file cannot be opened, and ends the program. */
function openLog(program: Program, { log }: Config): Logger {
  try {
    return createLogger(log, program.name);
  } catch (error) {
    return fail(program, (storageError(error, 'log', 'file') as Error).message, EXIT_FAILED);
  }
}

/** Runs a sub-command and ends the program. */
async function runOnce(program: Program, run: () => Promise<void>): Promise<never> {
  try {
    await run();
    process.exit(0);
  } catch (error) {
    if (error instanceof CommandError) fail(program, error.message, error.code);
    if (error instanceof StartError) fail(program, error.message, EXIT_FAILED);
    throw error;
  }
}

/** Metrics last: how a program drains is worth a look. */
async function stopBoth(started: Started, debug: Debug): Promise<void> {
  await started.stop();
  await debug.stop();
}

async function serve(started: Started, debug: Debug, log: Logger): Promise<void> {
  stopOnSignal({ stop: () => stopBoth(started, debug) }, log);
  const endpoints = { ...started.endpoints, ...debug.endpoints };
  log.info(endpoints, 'serving');
  if (debug.problem) log.warn(`no metrics are served: ${debug.problem}`);
  await started.settled?.();
  tellParent({ event: 'ready', endpoints, ...(started.account && { account: started.account }) });
  if (hasParent()) return;
  const metrics = Object.values(debug.endpoints).map((url) => `metrics  ${url}/metrics`);
  if (process.stdout.isTTY) process.stdout.write(`${[...started.banner, ...metrics].join('\n')}\n`);
  // Told once and stored only as a hash: it must reach whoever started the program, but no log.
  if (started.account) process.stderr.write(`account ${started.account.name}, password ${started.account.password}\n`);
}
