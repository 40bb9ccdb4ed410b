import { once } from 'node:events';
import Sqlite from 'better-sqlite3';
import { pathOf, reportOf } from '../subject.js';
import { printTable } from '../table.js';
import { startBlog, type BenchBlog } from '../blog.js';

const ARTICLES = 100_000;
const CONTENT = 1_640;
const CONNECTIONS = 64;
const WARM_UP_MS = 15_000;
const ROUND_MS = 10_000;
const MIB = 2 ** 20;

/** What the cache may hold, in MiB; all of the articles would be some 270. */
const SIZES = [0, 16, 64, 512];

interface Report {
  readonly answers: number;
  readonly hits: number;
}

/** How many reads of 100,000 articles come from the cache when few are read often and many seldom, and what memory that takes. */
export async function benchZipf(): Promise<void> {
  const rows: string[][] = [];
  for (const size of SIZES) rows.push(await measureSize(size));
  printTable(
    `Reads of ${ARTICLES} articles of 2 KB with frequencies of 1/n, after ${WARM_UP_MS / 1_000} s`,
    ['[blog] cache_size', 'from the cache', 'answers/s', 'CPU µs an answer', 'heap and buffers grew by', 'RSS'],
    rows,
  );
}

async function measureSize(mebibytes: number): Promise<string[]> {
  const blog = await startBlog('blog', { SIGNPOST_BLOG_CACHE_SIZE: `${mebibytes * MIB}` });
  try {
    await fill(blog);
    const before = await memoryOf(blog);
    await load(blog, WARM_UP_MS);
    const cpu = blog.http.cpuMicroseconds();
    const { answers, hits } = await load(blog, ROUND_MS);
    const each = (blog.http.cpuMicroseconds() - cpu) / answers;
    const after = await memoryOf(blog);
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    const rate = answers / (ROUND_MS / 1_000);
    const share = `${((100 * hits) / answers).toFixed(1)} %`;
    return [
      `${mebibytes} MiB`,
      share,
      rate.toFixed(0),
      each.toFixed(1),
      ...[grown, after.rss].map((n) => `${(n / MIB).toFixed(0)} MiB`),
    ];
  } finally {
    blog.stop();
  }
}

function load({ http }: BenchBlog, ms: number): Promise<Report> {
  const command = [process.execPath, pathOf('./load/zipf.js')];
  return reportOf<Report>(command, [http.host, http.port, ms, CONNECTIONS, ARTICLES]);
}

/** Makes the articles past the API, which would take minutes: nobody has read one yet. */
async function fill(blog: BenchBlog): Promise<void> {
  const { id } = await blog.ask<{ id: number }>('POST', '/api/v1/tags', { name: 'bench' });
  const database = new Sqlite(blog.file);
  const insert = database.prepare('INSERT INTO blog_article (tag_id, title, slug, content) VALUES (?, ?, ?, ?)');
  const content = 'x'.repeat(CONTENT);
  database.transaction(() => {
    for (let n = 1; n <= ARTICLES; n++) insert.run(id, `Article ${n}`, `article-${n}`, content);
  })();
  database.close();
}

async function memoryOf({ process: child }: BenchBlog): Promise<{ heapUsed: number; external: number; rss: number }> {
  const answered = once(child, 'message');
  child.send('memory');
  return ((await answered) as [{ heapUsed: number; external: number; rss: number }])[0];
}
