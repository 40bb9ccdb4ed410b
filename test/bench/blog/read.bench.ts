import { startBlog } from '../blog.js';
import { measure } from '../measure.js';
import { runLoad, startServer, subject, type Subject } from '../subject.js';
import { fillBlog } from './articles.js';

const CONNECTIONS = 64;
const PAGE = 10;

/** What the connections ask for: all the same, which the blog reads once for those who ask together, or each something else. */
const ARTICLES = { same: '/api/v1/articles/1', other: '/api/v1/articles/{n}' };
const LISTS = {
  same: `/api/v1/articles?page_size=${PAGE}`,
  other: `/api/v1/articles?page_size=${PAGE}&tag_id={n}`,
};

/**
 * CPU time for articles and lists that are kept nowhere and read from SQLite, beside a bare Fastify route that sends the same bytes; the
 * lists beside one that reads ten articles for each who asks as well.
 */
export async function benchUncachedReads(): Promise<void> {
  const blog = await startBlog('blog', { SIGNPOST_BLOG_CACHE_SIZE: '0' });
  try {
    for (let n = 1; n <= CONNECTIONS; n++) await fillBlog(blog, PAGE, `bench-${n}`);
    for (const path of Object.values(ARTICLES)) await benchPath(blog.http, path);
    await withRoute('bare Fastify, ten articles', './peers/http-sqlite.js', blog.file, async (reader) => {
      for (const path of Object.values(LISTS)) await benchPath(blog.http, path, reader);
    });
  } finally {
    blog.stop();
  }
}

async function benchPath(blog: Subject, path: string, ...beside: Subject[]): Promise<void> {
  const body = await (await fetch(`http://${blog.host}:${blog.port}${path.replace('{n}', '1')}`)).text();
  await withRoute('bare Fastify, same bytes', './peers/http-buffer.js', body, (fastify) => {
    const load = (one: Subject, ms: number) => runLoad('./load/http.js', [one.host, one.port, ms, CONNECTIONS, path]);
    return measure(`Blog, no cache: ${path}, ${body.length} octets`, [fastify, ...beside, blog], load);
  });
}

/** Starts a peer with one argument and stops it when it has been used. */
async function withRoute(name: string, peer: string, argument: string, use: (peer: Subject) => Promise<void>) {
  const { ready, child } = await startServer(peer, {}, [argument]);
  const route = subject(name, ready.endpoints['http']!, child);
  try {
    await use(route);
  } finally {
    route.stop();
  }
}
