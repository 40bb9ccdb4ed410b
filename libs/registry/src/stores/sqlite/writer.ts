// The thread that writes: a commit waits for the disk, and the event loop that answers DNS must not. Node runs this file as it
// stands, both as TypeScript and compiled, so it imports packages and types alone and uses only syntax that can be erased.
import SqliteDatabase from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import type { Batch, Kind, WriterOptions, WriterReply, WriterRequest } from './protocol.js';

const { file, keep, schema } = workerData as WriterOptions;
const port = parentPort!;

const database = new SqliteDatabase(file, { timeout: 5_000 });
// FULL: the log is synced at each commit, so that an acknowledged change survives a power cut, not just kill -9.
database.pragma('synchronous = FULL');
// 16 MB of log between two checkpoints, whose syncs hold up the commit that they fall on, instead of 4.
database.pragma('wal_autocheckpoint = 4000');

const version = database.prepare('PRAGMA user_version').pluck();
const latest = database.prepare('SELECT revision FROM latest').pluck();
const setLatest = database.prepare('UPDATE latest SET revision = ?');
const append = database.prepare('INSERT INTO log VALUES (?, ?)');
const trim = database.prepare('DELETE FROM log WHERE revision <= ?');
const remove = database.prepare('DELETE FROM record WHERE kind = ? AND node = ? AND id = ?');
const put = database.prepare(
  `INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)
   ON CONFLICT DO UPDATE SET body = excluded.body, modify_revision = excluded.modify_revision`,
);

/** Writes the next row. @returns where the one after it begins */
function writeRow(rows: Batch['rows'], at: number, revision: number): number {
  const [kind, node, id, body] = [rows[at] as Kind, rows[at + 1]!, rows[at + 2]!, rows[at + 3]];
  if (body === null) remove.run(kind, node, id);
  else put.run(kind, node, id, body, revision, revision);
  return at + 4;
}

const commit = database.transaction((base: number, { changes, sizes, rows }: Batch): WriterReply => {
  if (version.get() !== schema) return { type: 'migrated', version: Number(version.get()) };
  if (latest.get() !== base) return { type: 'behind' };
  let revision = base;
  let at = 0;
  for (let i = 0; i < changes.length; i++) {
    append.run(++revision, changes[i]!);
    for (let row = 0; row < sizes[i]!; row++) at = writeRow(rows, at, revision);
  }
  // SQLite does not write what is the same already, and whoever commits nothing wants to see a write.
  if (changes.length === 0) setLatest.run(-1);
  setLatest.run(revision);
  // Not at each commit: deleting row by row would double the work.
  if (Math.floor(revision / keep) > Math.floor(base / keep)) trim.run(revision - keep);
  return { type: 'done', revision };
});

function attempt(base: number, batch: Batch): WriterReply {
  try {
    return commit.immediate(base, batch);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    return { type: 'failed', code: String(code), message };
  }
}

port.on('message', (request: WriterRequest) => {
  if (request.type === 'commit') return port.postMessage(attempt(request.base, request.batch));
  if (request.type === 'limit') return void database.pragma(`max_page_count = ${request.pages}`);
  database.close();
  port.close();
});

port.postMessage({ type: 'ready' } satisfies WriterReply);
