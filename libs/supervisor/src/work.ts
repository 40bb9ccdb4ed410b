import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { ConfigError, loadConfig, type Config } from '#libs/config';
import { createLogger, Metrics, reopenLog, type Logger } from '#libs/observability';
import { Channel, ChannelError, PRIMARY_VARIABLE, type Gathered, type Policy, type Serving } from '#libs/primary';
import { EXIT_FAILED, parseCommandLine, sourcesOf, version } from './command-line.js';
import { startDebug, type Debug } from './debug.js';
import { addPrimaryMetrics, metricsOfAll } from './primary-metrics.js';
import type { Program, Started } from './program.js';
import { Reloads, type Voice } from './reloads.js';
import { SharedSockets } from './shared-sockets.js';
import { StartError, storageError } from './start-error.js';
import { dropStartGarbage } from './start-garbage.js';

/** Beyond keep-alive: Node waits a second longer than it tells its clients, and they need a moment to read. */
const AFTER_KEEP_ALIVE = 2_000;

/** Runs `program` as a worker: it starts, and then does what the primary asks. Signals are for the primary alone. */
export async function work(program: Program, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  delete process.env[PRIMARY_VARIABLE];
  const channel = new Channel(process);
  const opened = Promise.withResolvers<Logger>();
  // Before anything is waited for: a worker that starts is told as well.
  channel.on('setLevel', async ({ level }: { level: string }) => void ((await opened.promise).level = level));
  ignoreSignals();
  // Without its primary a worker is nobody's: the sockets go with it, for the next start to have.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  const options = parseCommandLine(program, args);
  const read = () => loadConfig(sourcesOf(options, env));
  const config = await orRefuse(channel, read);
  const log = await orRefuse(channel, () => openLog(program, config));
  opened.resolve(log);
  await orRefuse(channel, () => serve(program, { channel, config, read, log }), log);
}

/** @throws StartError that says which setting to change when the log's file cannot be opened */
function openLog(program: Program, { log }: Config): Logger {
  try {
    return createLogger(log, program.name);
  } catch (error) {
    throw storageError(error, 'log', 'file');
  }
}

interface Parts {
  readonly channel: Channel;
  readonly config: Config;
  readonly read: () => Config;
  readonly log: Logger;
}

async function serve(program: Program, { channel, config, read, log }: Parts): Promise<void> {
  const reloads = new Reloads({ config, read, log });
  const ending = Promise.withResolvers<Ending>();
  obey(channel, { reloads, log }, ending.promise);
  const metrics = new Metrics(version());
  addPrimaryMetrics(metrics, channel);
  const sockets = new SharedSockets(channel, dropStartGarbage, () => reloads.caughtUp());
  const started = await program.start(config, log, {
    metrics,
    sockets: (role) => sockets.of(role),
    follow: (reload) => reloads.follow(reload),
    reload: () => reloadAll(channel),
    gather: (name, params) => channel.ask<Gathered[]>('gather', { name, params }),
    answer: (name, answer) => channel.on(name, answer),
  });
  const debug = await startDebug(config, program.debugPort, {
    metrics: metricsOfAll(metrics, channel),
    log,
    setLevel: (level) => channel.ask('setLevel', { level }),
    sockets: sockets.of('debug'),
  });
  reloads.follow(undefined);
  ending.resolve({ started, debug, log });
  await channel.ask('serving', toServing(program, config, { started, debug, log }));
  if (debug.problem) log.warn(`no metrics are served: ${debug.problem}`);
  await started.settled?.();
  await channel.ask('ready');
}

/** Lets all workers read the configuration again. @throws ConfigError with what is wrong with it */
async function reloadAll(channel: Channel): Promise<void> {
  try {
    await channel.ask('reload');
  } catch (error) {
    if (error instanceof ChannelError && error.problems) throw new ConfigError(error.problems);
    throw error;
  }
}

/** What ends when the worker does. */
interface Ending {
  readonly started: Started;
  readonly debug: Debug;
  readonly log: Logger;
}

function obey(
  channel: Channel,
  { reloads, log }: { readonly reloads: Reloads; readonly log: Logger },
  ending: Promise<Ending>,
): void {
  let ended: Promise<never> | undefined;
  const end = () => (ended ??= ending.then(endAll));
  channel.on('settings', async ({ voice }: { voice: Voice }) => {
    await reloads.reload(voice);
    return log.level;
  });
  channel.on('drain', async () => {
    const { started, debug } = await ending;
    debug.drain();
    // Not awaited: the answer says that nothing new is taken, which is so from here on.
    void started.drain().then(end, end);
  });
  channel.on('stop', end);
  channel.on('cut', () => process.exit(0));
  // The log is standard output, which has nothing to open again.
  channel.on('reopen', () => reopenLog(log));
}

/** Metrics last: how a program drains is worth a look. */
async function endAll({ started, debug, log }: Ending): Promise<never> {
  try {
    await started.stop();
    await debug.stop();
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, 'stopping failed');
    process.exit(EXIT_FAILED);
  }
}

/** Does what a start needs, or tells the primary why it cannot be, and ends. */
async function orRefuse<T>(channel: Channel, step: () => T | Promise<T>, log?: Logger): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!isForUsers(error)) log?.fatal({ err: error }, 'did not start');
    await channel.ask('refused', { problems: problemsOf(error) }).catch(() => {});
    process.exit(EXIT_FAILED);
  }
}

function isForUsers(error: unknown): error is ConfigError | StartError {
  return error instanceof ConfigError || error instanceof StartError;
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems;
  return [error instanceof Error ? error.message : String(error)];
}

function toServing(program: Program, config: Config, { started, debug, log }: Ending): Serving {
  const metrics = Object.values(debug.endpoints).map((url) => `metrics  ${url}/metrics`);
  return {
    endpoints: { ...started.endpoints, ...debug.endpoints },
    banner: [...started.banner, ...metrics],
    ...(started.account && { account: started.account }),
    policy: policyOf(program, config, log.level),
  };
}

/** @param level of the log, which may have been set at run time */
function policyOf({ section }: Program, config: Config, level: string): Policy {
  const { workers, data_dir } = config[section];
  const { ready_timeout, drain_timeout } = config.supervisor;
  return {
    workers: workers === 'auto' ? availableParallelism() : workers,
    readyTimeout: ready_timeout,
    drainTimeout: Math.max(drain_timeout, config.limits.keep_alive_timeout + AFTER_KEEP_ALIVE),
    folder: resolve(data_dir),
    log: { ...config.log, level },
  };
}

/** A terminal's Ctrl-C and a service manager's SIGTERM reach workers as well; the primary decides in which order they end. */
function ignoreSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTSTP'] as const) {
    process.on(signal, () => {});
  }
}
