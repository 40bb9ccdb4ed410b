import { parseArgs } from 'node:util';
import { PRIMARY_VARIABLE } from './messages.js';
import { Primary } from './primary.js';
import { keepTickShape } from './tick-shape.js';

/** What a program is told apart by before it is loaded. */
export interface ProgramName {
  /** `signpost-resolver` */
  readonly name: string;
  /** Of the configuration: its `data_dir`. */
  readonly section: 'resolver' | 'blog';
}

/** A program, once it is loaded. */
export interface Loaded {
  /** Serves as a worker, or does at once what its command line says. */
  run(): Promise<void>;
}

/**
 * Runs a program: as a primary, which loads nothing of it, when it is to serve; as one of its workers; or for what is done at once, such
 * as `--help`. To ask for a reload does not load it either, since it may be the new version that does not work.
 */
export async function supervise(program: ProgramName, load: () => Promise<Loaded>): Promise<void> {
  keepTickShape();
  const args = process.argv.slice(2);
  const call = isWorker() ? undefined : simpleCall(args);
  if (call?.command === '') return new Primary(program.name, args).run();
  if (call?.command === 'reload') {
    const { requestReload } = await import('./request-reload.js');
    return requestReload(program, call.file);
  }
  const { run } = await load();
  await run();
}

/** Whether this process is a worker of its parent. */
export function isWorker(): boolean {
  return process.env[PRIMARY_VARIABLE] === String(process.ppid);
}

/** A command line with no option but `--config`; undefined for any other. */
function simpleCall(
  args: readonly string[],
): { readonly command: string; readonly file: string | undefined } | undefined {
  try {
    const options = { config: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { command: positionals.join(' '), file: values.config };
  } catch {
    return undefined;
  }
}
