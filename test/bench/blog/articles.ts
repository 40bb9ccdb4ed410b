import { randomBytes } from 'node:crypto';
import { postJson, type BenchBlog } from './process.js';

/** Octets of an article's content. */
const CONTENT = 1_000;

/** The n-th article of a run, as it is posted. No two have the same title. */
export function anArticle(tag: number, n: number) {
  const title = `Article ${n} ${randomBytes(6).toString('hex')}`;
  return { tag_id: tag, title, desc: 'One of many', content: 'Words of an article. '.repeat(CONTENT / 21) };
}

/** Makes a tag, and as many articles. @returns the tag's id */
export async function fillBlog({ url, token }: BenchBlog, articles: number): Promise<number> {
  const { id } = (await postJson(`${url}/api/v1/tags`, { name: 'bench' }, token)) as { id: number };
  for (let n = 0; n < articles; n++) await postJson(`${url}/api/v1/articles`, anArticle(id, n), token);
  return id;
}
