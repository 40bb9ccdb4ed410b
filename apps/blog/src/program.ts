import { runProgram } from '#libs/supervisor';
import { systemClock } from '#libs/time';
import { startBlog } from './blog.js';
import { PURGE_COMMAND } from './commands/purge-command.js';
import { USER_COMMANDS } from './commands/user-commands.js';

/** Runs as a worker, or does what the command line says. */
export function run(): Promise<void> {
  return runProgram(
    {
      name: 'signpost-blog',
      summary: 'A REST API for articles and tags, which registers itself so that DNS and gateways find it.',
      subCommands: [...USER_COMMANDS, PURGE_COMMAND],
      section: 'blog',
      debugPort: 'port',
      start: (config, log, { sockets }) => startBlog(config, log, systemClock, sockets),
    },
    process.argv.slice(2),
    process.env,
  );
}
