import { ConfigError, loadConfig } from '#libs/config';
import { askToReload } from './control.js';
import type { ProgramName } from './supervise.js';

const EXIT_FAILED = 1;

/** Has the running program replace its workers, waits until it has, and ends this process: with 1 when it has not. */
export async function requestReload(program: ProgramName, file: string | undefined): Promise<never> {
  const problems = await problemsOfReload(program, file);
  for (const problem of problems) process.stderr.write(`${program.name}: ${problem}\n`);
  process.exit(problems.length > 0 ? EXIT_FAILED : 0);
}

async function problemsOfReload({ name, section }: ProgramName, file: string | undefined): Promise<readonly string[]> {
  try {
    const config = loadConfig({ env: process.env, ...(file !== undefined && { file }) });
    const folder = config[section].data_dir;
    const results = await askToReload(folder);
    for (const { pid, problems } of results) if (problems.length === 0) process.stdout.write(`reloaded: ${pid}\n`);
    if (results.length === 0) return [`no ${name} runs over [${section}] data_dir ${folder}`];
    return results.flatMap(({ pid, problems }) => problems.map((one) => `process ${pid} did not reload: ${one}`));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
