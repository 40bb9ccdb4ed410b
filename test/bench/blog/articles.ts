import { randomBytes } from 'node:crypto';
import type { BenchBlog } from '../blog.js';

/** Octets of an article's content. */
const CONTENT = 1_000;

/** The n-th article of a run, as it is posted. No two have the same title. */
export function anArticle(tag: number, n: number) {
  const title = `Article ${n} ${randomBytes(6).toString('hex')}`;
  return { tag_id: tag, title, desc: 'One of many', content: 'Words of an article. '.repeat(CONTENT / 21) };
}

/** Makes a tag, and so many articles under it. @param name of the tag @returns its id */
export async function fillBlog(blog: BenchBlog, articles: number, name = 'bench'): Promise<number> {
  const { id } = await blog.ask<{ id: number }>('POST', '/api/v1/tags', { name });
  for (let n = 0; n < articles; n++) await blog.ask('POST', '/api/v1/articles', anArticle(id, n));
  return id;
}
