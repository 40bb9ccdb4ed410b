// docs/probes.md against what the programs answer.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestBlog } from '../../apps/blog/test/harness.js';
import { startTestResolver, type TestResolver } from '../resolver.js';

const PAGE = readFileSync('docs/probes.md', 'utf8');
const ROWS = [...PAGE.matchAll(/^\| `([\w-]+)` +\| (both|resolver|blog) +\| (all|`\w+`) +\| (.*) \|$/gm)].map(
  ([, name, program, group, meaning]) => ({ name: name!, program: program!, group: group!, meaning: meaning! }),
);

/** The names of the checks behind `/livez` or `/readyz`, as a program lists them. */
async function checksOf(url: string, group: string): Promise<string[]> {
  const text = await (await fetch(`${url}/${group}?verbose`)).text();
  return [...text.matchAll(/^\[[+-]\]([\w-]+) /gm)].map(([, name]) => name!);
}

describe('docs/probes.md', () => {
  let blog: TestBlog;
  let resolver: TestResolver;
  beforeAll(async () => {
    blog = await TestBlog.start();
    resolver = await startTestResolver();
  });
  afterAll(async () => {
    await blog?.stop();
    await resolver?.stop();
  });

  it.each(['livez', 'readyz'])('has the checks of /%s', async (group) => {
    const rows = (program: string) =>
      ROWS.filter((row) => ['both', program].includes(row.program) && ['all', `\`${group}\``].includes(row.group));
    for (const [program, url] of [
      ['resolver', resolver.registry],
      ['blog', blog.url],
    ] as const) {
      expect((await checksOf(url, group)).sort()).toEqual(
        rows(program)
          .map(({ name }) => name)
          .sort(),
      );
    }
  });

  it('tells which of them can be left out together', async () => {
    const text = await (await fetch(`${blog.url}/readyz?verbose&exclude=dependencies`)).text();
    const excluded = [...text.matchAll(/^\[\+\]([\w-]+) excluded with dependencies: ok$/gm)].map(([, name]) => name);
    const grouped = ROWS.filter(({ meaning }) => meaning.includes('`dependencies`')).map(({ name }) => name);
    expect(excluded).toEqual(grouped);
  });

  it('shows what a blog answers that the registry does not have', async () => {
    const alone = await blog.startAnother({ SIGNPOST_BLOG_REGISTRY_URL: 'http://127.0.0.1:1' });
    try {
      const shown = [...PAGE.matchAll(/^ {4}\$ curl '?http:\/\/127\.0\.0\.1:8000(\S+?)'?\n((?: {4}[^$\n].*\n)+)/gm)];
      expect(shown).toHaveLength(2);
      for (const [, path, answer] of shown) {
        const text = await (await fetch(`${alone.endpoints['blog']}${path}`)).text();
        expect(text).toBe(answer!.replaceAll(/^ {4}/gm, ''));
      }
    } finally {
      await alone.stop();
    }
  });
});
