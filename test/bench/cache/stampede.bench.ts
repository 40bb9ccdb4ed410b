import { connect } from 'node:net';
import type { Subject } from '../subject.js';
import { printTable } from '../table.js';
import { startBlog, type BenchBlog } from '../blog.js';
import { startRedis } from './redis.js';

const READERS = 1_000;

/** What a thousand readers of one article that is not in the cache cost the database, when all of them ask at the same moment. */
export async function benchStampede(): Promise<void> {
  const redis = await startRedis();
  const alone = await startBlog('one process');
  const shared = { SIGNPOST_REDIS_URL: redis.url };
  const first = await startBlog('two processes over Redis', shared);
  const second = await startBlog('the other one', { ...shared, SIGNPOST_DATABASE_URL: `sqlite:${first.file}` });
  try {
    const rows = [await stampede(alone, [alone]), await stampede(first, [first, second])];
    const head = ['Blog', 'answers', 'read from the database', 'waited for that', 'from Redis', 'from memory'];
    printTable(`${READERS} readers of one article that nobody has read before, at once`, head, rows);
  } finally {
    for (const one of [alone, first, second, redis]) one.stop();
  }
}

async function stampede(writer: BenchBlog, readers: readonly BenchBlog[]): Promise<string[]> {
  const { id: tag_id } = await writer.ask<{ id: number }>('POST', '/api/v1/tags', { name: 'bench' });
  const article = { tag_id, title: 'An article', content: 'text' };
  const { id } = await writer.ask<{ id: number }>('POST', '/api/v1/articles', article);
  const sockets = await Promise.all(Array.from({ length: READERS }, (_, n) => open(readers[n % readers.length]!.http)));
  const statuses = await Promise.all(sockets.map((ask) => ask(`/api/v1/articles/${id}`)));
  const count = (form: RegExp) => String(statuses.filter((status) => form.test(status)).length);
  return [
    writer.http.name,
    String(statuses.length),
    ...[/fwd=(?!.*collapsed)/, /collapsed/, /detail=redis/, /detail=memory/].map(count),
  ];
}

/** Opens a connection. @returns a function that asks over it, and gives the header Cache-Status of the answer */
function open({ host, port }: Subject): Promise<(path: string) => Promise<string>> {
  const socket = connect(port, host);
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) => {
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
      socket.on('end', () => resolve(/\r\ncache-status: (.*)\r\n/i.exec(answer)?.[1] ?? `none: ${answer}`));
      socket.on('error', reject);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n`);
    });
  return new Promise((resolve, reject) => socket.once('connect', () => resolve(ask)).once('error', reject));
}
