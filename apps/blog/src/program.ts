import { runProgram } from '#libs/supervisor';
import { startBlog } from './blog.js';
import { CACHE_COMMANDS } from './commands/cache-commands.js';
import { PURGE_COMMAND } from './commands/purge-command.js';
import { USER_COMMANDS } from './commands/user-commands.js';

/** Runs as a worker, or does what the command line says. */
export function run(): Promise<void> {
  return runProgram(
    {
      name: 'signpost-blog',
      summary: 'A REST API for articles and tags, which registers itself so that DNS and gateways find it.',
      subCommands: [...USER_COMMANDS, ...CACHE_COMMANDS, PURGE_COMMAND],
      section: 'blog',
      debugPort: 'port',
      start: startBlog,
    },
    process.argv.slice(2),
    process.env,
  );
}
