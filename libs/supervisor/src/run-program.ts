import { isWorker } from '#libs/primary';
import { EXIT_FAILED, fail, parseCommandLine, readConfig } from './command-line.js';
import type { Program } from './program.js';
import { RELOAD_COMMAND } from './reload-command.js';
import { StartError } from './start-error.js';
import { CommandError } from './sub-command.js';
import { work } from './work.js';

/** Runs `program` as one of the workers of a primary, or what its command line says besides serving. */
export async function runProgram(program: Program, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const command = { ...program, subCommands: [...(program.subCommands ?? []), RELOAD_COMMAND] };
  if (isWorker()) return work(command, args, env);
  const options = parseCommandLine(command, args);
  const config = readConfig(command, options, env);
  return runOnce(command, () => options.run!(config));
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
