#!/usr/bin/env node
// Starts both programs in the foreground, the registry first, and stops them in reverse: what `make run` runs.
import { environmentName, SETTINGS, type Config } from '#libs/config';
import type { Ready } from '#libs/primary';
import { parseCommandLine, readConfig } from '#libs/supervisor';
import { banner } from './banner.js';
import { Child } from './child.js';

const COMMAND = { name: 'signpost', summary: 'Runs the resolver and the blog together, in the foreground.' };

/** How often to look whether the parent is still there, in milliseconds. */
const PARENT_LOOK_MS = 1_000;

const children: Child[] = [];
let stopping: Promise<never> | undefined;

/** Stops the programs, the last started first, and exits: with `code`, or 1 when one of them did not stop well. */
function stop(code: number): Promise<never> {
  return (stopping ??= stopInOrder(code));
}

async function stopInOrder(code: number): Promise<never> {
  let result = code;
  for (const child of children.toReversed()) {
    const exit = await child.stop();
    // One that was still loading knows no signals yet and dies of this one: it has nothing to lose.
    if (exit.code !== 0 && exit.signal !== 'SIGTERM') result = 1;
  }
  process.exit(result);
}

/** Starts a program and waits until it serves. One that ends by itself takes the other with it. */
async function start(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ready> {
  const child = new Child(name, args, env);
  children.push(child);
  const ready = await child.ready();
  // A program that could not start has said why itself.
  if (!ready) return stop(1);
  void child.exited.then(({ code, signal }) => {
    if (stopping) return;
    process.stderr.write(`signpost: the ${name} ended (${signal ?? `exit ${code}`}): stopping\n`);
    void stop(1);
  });
  return ready;
}

/**
 * The environment of the blog: with the registry's real address, unless somebody set another one. It may listen on a free
 * port, which no setting could name.
 */
function blogEnvironment({ blog }: Config, registry: string): NodeJS.ProcessEnv {
  if (blog.registry_url !== SETTINGS.blog.registry_url.fallback) return process.env;
  return { ...process.env, [environmentName('blog', 'registry_url')]: registry };
}

const options = parseCommandLine(COMMAND, process.argv.slice(2));
const config = readConfig(COMMAND, options, process.env);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) for (const child of children) child.kill();
    void stop(0);
  });
}

// Whoever started this program and was killed could not pass a signal on.
const parent = process.ppid;
setInterval(() => process.ppid === parent || void stop(0), PARENT_LOOK_MS).unref();

const args = options.file === undefined ? [] : ['--config', options.file];
const resolver = await start('resolver', args, process.env);
const blog = await start('blog', args, blogEnvironment(config, resolver.endpoints['registry']!));
process.stdout.write(banner(resolver, blog));
