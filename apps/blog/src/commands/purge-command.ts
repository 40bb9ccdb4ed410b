import { CommandError, type Invocation, type SubCommand } from '#libs/supervisor';
import { systemClock } from '#libs/time';
import { openDatabase } from '../database/open.js';
import { parseAge } from '../purge/age.js';
import { countPurgeable, purge, type Purged } from '../purge/purge.js';
import { worded } from './worded.js';

/** Deletes for good, also while the blog runs. */
export const PURGE_COMMAND: SubCommand = {
  name: 'purge',
  usage: '--older-than AGE [--dry-run]',
  summary: 'remove for good what was deleted longer ago than AGE, such as 90d, and what has ended',
  operands: 0,
  options: { 'older-than': { type: 'string' }, 'dry-run': { type: 'boolean' } },
  run,
};

async function run({ config, options }: Invocation): Promise<void> {
  const { 'older-than': older = '', 'dry-run': isDry = false } = options;
  const age = parseAge(older as string);
  if (age === undefined) throw new CommandError('give --older-than an age, such as 90d or 36h', 2);
  const times = { before: seconds(systemClock.now() - age), now: seconds(systemClock.now()) };
  const database = await openDatabase(config.database.url);
  try {
    const purged = await (isDry ? countPurgeable : purge)(database, times);
    process.stdout.write(report(purged, times.before, isDry as boolean));
  } catch (error) {
    throw worded(error);
  } finally {
    await database.close();
  }
}

function report({ articles, tags, answers, sessions }: Purged, before: number, isDry: boolean): string {
  const since = new Date(before * 1_000).toISOString().replace('.000', '');
  return `${isDry ? 'would remove' : 'removed'} for good:
  articles deleted until ${since}: ${articles}
  tags deleted until then that no article names: ${tags}
  answers whose Idempotency-Key has expired: ${answers}
  sessions that have ended: ${sessions}
`;
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000);
}
