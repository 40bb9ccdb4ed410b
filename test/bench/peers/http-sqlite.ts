// A bare Fastify route that reads the ten newest summaries from the blog's SQLite file, argument 1, each time: the least that a list costs which
// is read for each who asks.
import Sqlite from 'better-sqlite3';
import { fastify } from 'fastify';
import { SELECT_SUMMARIES, toSummary, type SummaryRow } from '../../../apps/blog/src/articles/article.query.js';

const PAGE = { page: 1, page_size: 10, total: 100 };

const database = new Sqlite(process.argv[2]!, { readonly: true });
const newest = database.prepare<[number], SummaryRow>(
  `${SELECT_SUMMARIES} a.deleted_on = 0 AND a.state = 1 ORDER BY a.created_on DESC, a.id DESC LIMIT (SELECT ?)`,
);
const app = fastify();
app.get('/*', (_request, reply) => {
  const items = newest.all(PAGE.page_size).map((row) => toSummary(row, undefined));
  return reply.type('application/json').send(Buffer.from(JSON.stringify({ items, ...PAGE })));
});
const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.send!({ event: 'ready', endpoints: { http: address } });
