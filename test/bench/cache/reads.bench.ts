import { setTimeout } from 'node:timers/promises';
import { measure } from '../measure.js';
import { runLoad, startServer, subject, type Subject } from '../subject.js';
import { startBlog, type BenchBlog } from '../blog.js';
import { startRedis } from './redis.js';

const CONNECTIONS = 64;
/** So many letters make an article of 2 KB, and a list of so many articles is as long. */
const CONTENT = 1_640;
const LIST = '/api/v1/articles?page_size=4';
const DESC = 130;

/** What is asked for, with which headers, and how it must be answered for the row to mean what it says. */
interface Way {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly cacheStatus: string;
}

/** CPU time for reads that are in the cache, beside a bare Fastify route that sends the same octets. */
export async function benchReads(): Promise<void> {
  const redis = await startRedis();
  const near = await startBlog('blog');
  const far = await startBlog('blog, Redis for each', { SIGNPOST_REDIS_URL: redis.url, SIGNPOST_BLOG_CACHE_SIZE: '0' });
  const id = await fill(near);
  await fill(far);
  const article = `/api/v1/articles/${id}`;
  const body = await (await fetch(`http://${near.http.host}:${near.http.port}${article}`)).text();
  const { ready, child } = await startServer('./peers/http-buffer.js', {}, [body]);
  const fastify = subject('bare Fastify, the same octets', ready.endpoints['http']!, child);
  try {
    const etag = (await fetch(`http://${near.http.host}:${near.http.port}${article}`)).headers.get('etag')!;
    const hit = 'signpost; hit; detail=memory';
    const ways = new Map<Subject, Way>([
      [fastify, { path: '/', cacheStatus: '' }],
      [named(near, 'article'), { path: article, cacheStatus: hit }],
      [named(near, 'list'), { path: LIST, cacheStatus: hit }],
      [named(near, '304'), { path: article, headers: { 'if-none-match': etag }, status: 304, cacheStatus: hit }],
      [
        named(near, 'article, with a token'),
        { path: article, headers: { authorization: near.authorization }, cacheStatus: hit },
      ],
      [named(far, 'article, from Redis each time'), { path: article, cacheStatus: 'signpost; hit; detail=redis' }],
    ]);
    for (const [one, way] of ways) await requireAnswer(one, way);
    const load = async (one: Subject, ms: number) => {
      const way = ways.get(one)!;
      const lines = Object.entries(way.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
      const loaded = runLoad('./load/http.js', [one.host, one.port, ms, CONNECTIONS, way.path, ...lines]);
      // A Redis that gets no time beside the load is done without.
      const [answers] = await Promise.all([loaded, setTimeout(ms / 2).then(() => requireAnswer(one, way))]);
      return answers;
    };
    await measure(`Cached reads: ${body.length} octets`, [...ways.keys()], load);
  } finally {
    for (const one of [fastify, near, far, redis]) one.stop();
  }
}

function named({ http }: BenchBlog, name: string): Subject {
  return { ...http, name };
}

/** @returns the id of an article of 2 KB; a page of the list is as long */
async function fill(blog: BenchBlog): Promise<number> {
  const { id: tag_id } = await blog.ask<{ id: number }>('POST', '/api/v1/tags', { name: 'bench' });
  const article = { tag_id, title: 'An article', content: 'x'.repeat(CONTENT) };
  const { id } = await blog.ask<{ id: number }>('POST', '/api/v1/articles', article);
  for (let n = 0; n < 20; n++) {
    await blog.ask('POST', '/api/v1/articles', { tag_id, title: `Item ${n}`, desc: 'y'.repeat(DESC), content: 'z' });
  }
  return id;
}

/** @throws when what is measured would not be what the row says */
async function requireAnswer({ name, host, port }: Subject, way: Way): Promise<void> {
  const ask = async () => {
    const answer = await fetch(`http://${host}:${port}${way.path}`, { headers: way.headers ?? {} });
    await answer.arrayBuffer();
    return answer;
  };
  // What has just run out is stored again by the first.
  await ask();
  const answer = await ask();
  const seen = `${answer.status} ${answer.headers.get('cache-status') ?? ''}`;
  if (seen !== `${way.status ?? 200} ${way.cacheStatus}`) throw new Error(`${name} answers ${seen}`);
}
