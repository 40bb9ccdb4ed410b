import { Mariadb } from '#libs/testing';
import { startBlog, type BenchBlog } from '../blog.js';
import { inRounds, METHOD, ROUND_MS, WARM_UP_MS } from '../measure.js';
import { median, ratios, withSpread } from '../statistics.js';
import { runLoad } from '../subject.js';
import { printTable } from '../table.js';
import { fillBlog } from './articles.js';

const CLIENTS = [1, 16, 64];

/** Until a single client had warmed the blog up, its rounds would be over: V8 compiles what has run some thousand times. */
const WARM_UP = { clients: 16, ms: 8_000 };

/** Articles that are stored a second. */
type Way = (clients: number, ms: number) => Promise<number>;

/** Articles posted to the blog over MariaDB, beside the same INSERTs by the raw driver into the same durable server. */
export async function benchCreate(): Promise<void> {
  const mariadb = await Mariadb.start();
  const url = await mariadb.server.createDatabase();
  const blog = await startBlog('blog', { SIGNPOST_DATABASE_URL: url });
  try {
    await compare(blog, url, await fillBlog(blog, 1));
  } finally {
    blog.stop();
    await mariadb.stop();
  }
}

async function compare({ http, authorization }: BenchBlog, database: string, tag: number): Promise<void> {
  const driver: Way = (clients, ms) => runLoad('./load/insert-articles.js', [database, ms, clients, tag]);
  const blog: Way = (clients, ms) =>
    runLoad('./load/post-articles.js', [http.host, http.port, ms, clients, authorization, tag]);
  await blog(WARM_UP.clients, WARM_UP.ms);
  const rows: string[][] = [];
  for (const clients of CLIENTS) rows.push([String(clients), ...(await measureWays(clients, driver, blog))]);
  printTable(
    `Articles created on MariaDB (${METHOD}; ratios with lowest and highest)`,
    ['Clients', 'raw driver, commits/s', 'blog, answers/s', 'ratio'],
    rows,
  );
}

async function measureWays(clients: number, driver: Way, blog: Way): Promise<string[]> {
  for (const way of [driver, blog]) await way(clients, WARM_UP_MS);
  const rates = new Map<Way, number[]>([driver, blog].map((way) => [way, []]));
  await inRounds([driver, blog], async (way) => {
    rates.get(way)!.push(((await way(clients, ROUND_MS)) / ROUND_MS) * 1_000);
  });
  const [drivers, blogs] = [rates.get(driver)!, rates.get(blog)!];
  return [median(drivers).toFixed(0), median(blogs).toFixed(0), withSpread(ratios(blogs, drivers))];
}
