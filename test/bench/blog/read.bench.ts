import { startBlog } from '../blog.js';
import { measure } from '../measure.js';
import { runLoad, startServer, subject, type Subject } from '../subject.js';
import { fillBlog } from './articles.js';

const CONNECTIONS = 64;
const ARTICLES = 100;
const ARTICLE = '/api/v1/articles/1';
const LIST = '/api/v1/articles?page_size=10';

/**
 * CPU time for an article and a list that are read from SQLite each time, beside a bare Fastify route that sends the same bytes; the list
 * beside one that runs the list's own statement as well.
 */
export async function benchUncachedReads(): Promise<void> {
  const blog = await startBlog('blog', { SIGNPOST_BLOG_CACHE_SIZE: '0' });
  try {
    await fillBlog(blog, ARTICLES);
    await benchPath(blog.http, ARTICLE);
    await withRoute('bare Fastify, same statement', './peers/http-sqlite.js', blog.file, (reader) =>
      benchPath(blog.http, LIST, reader),
    );
  } finally {
    blog.stop();
  }
}

async function benchPath(blog: Subject, path: string, ...beside: Subject[]): Promise<void> {
  const body = await (await fetch(`http://${blog.host}:${blog.port}${path}`)).text();
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
