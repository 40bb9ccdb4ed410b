// The least that a durable registration costs: a bare Fastify route that parses the JSON, and one SQLite row for each request, all
// requests of one turn of the event loop in one transaction that is synced to the disk.
import SqliteDatabase from 'better-sqlite3';
import { fastify } from 'fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit());

const database = new SqliteDatabase(join(folder, 'peer.sqlite'));
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('CREATE TABLE record (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT');
const insert = database.prepare('INSERT OR REPLACE INTO record VALUES (?, ?)');

type Waiting = { readonly id: string; readonly body: string; done(): void };
let waiting: Waiting[] = [];

const commit = database.transaction((batch: readonly Waiting[]) => {
  for (const { id, body } of batch) insert.run(id, body);
});

function flush(): void {
  const batch = waiting;
  waiting = [];
  commit(batch);
  for (const { done } of batch) done();
}

const app = fastify();
app.put('/*', async (request, reply) => {
  const body = request.body as { ID?: string; Service?: { ID: string } };
  const id = String(body.ID ?? body.Service?.ID);
  await new Promise<void>((done) => {
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ id, body: JSON.stringify(body), done });
  });
  return reply.type('application/json').send('true');
});
const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.send!({ event: 'ready', endpoints: { http: address } });
