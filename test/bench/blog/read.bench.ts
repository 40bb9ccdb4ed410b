import { startBlog } from '../blog.js';
import { measure } from '../measure.js';
import { runLoad, startServer, subject, type Subject } from '../subject.js';
import { fillBlog } from './articles.js';

const CONNECTIONS = 64;
const ARTICLES = 100;
const PATHS = ['/api/v1/articles/1', '/api/v1/articles?page_size=10'];

/** CPU time for an article and a list that are read from SQLite each time, beside a bare Fastify route that sends the same bytes. */
export async function benchUncachedReads(): Promise<void> {
  const blog = await startBlog('blog', { SIGNPOST_BLOG_CACHE_SIZE: '0' });
  try {
    await fillBlog(blog, ARTICLES);
    for (const path of PATHS) await benchPath(blog.http, path);
  } finally {
    blog.stop();
  }
}

async function benchPath(blog: Subject, path: string): Promise<void> {
  const body = await (await fetch(`http://${blog.host}:${blog.port}${path}`)).text();
  const { ready, child } = await startServer('./peers/http-buffer.js', {}, [body]);
  const fastify = subject('bare Fastify, same bytes', ready.endpoints['http']!, child);
  try {
    const load = (one: Subject, ms: number) => runLoad('./load/http.js', [one.host, one.port, ms, CONNECTIONS, path]);
    await measure(`Blog, no cache: ${path}, ${body.length} octets`, [fastify, blog], load);
  } finally {
    fastify.stop();
  }
}
