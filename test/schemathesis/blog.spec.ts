// The blog against its own OpenAPI document, by schemathesis with all its checks, where there is a Python to run it.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../apps/blog/src/database/open.js';
import { TestBlog } from '../../apps/blog/test/harness.js';

const PROGRAM = resolve('.python/bin/schemathesis');
const SETTINGS = resolve('test/schemathesis/schemathesis.toml');
const LIMIT_MS = 300_000;

/** It calls whatever there is, and would lock itself out: its own account is to it one that somebody else is quicker to change. */
const KEEP_ADMIN = ['UPDATE OF password, role, state', 'DELETE'].map(
  (change, n) => `CREATE TRIGGER keep_admin_${n} BEFORE ${change} ON blog_auth WHEN OLD.username = 'admin'
    BEGIN SELECT RAISE(IGNORE); END`,
);

const installed = existsSync(PROGRAM);
if (!installed) console.warn('The OpenAPI document is NOT tested by schemathesis: there is none in .python/');

let blog: TestBlog;
beforeAll(async () => {
  blog = await TestBlog.start();
  const database = await openDatabase(blog.databaseUrl);
  await database.write(async (manager) => {
    for (const trigger of KEEP_ADMIN) await manager.query(trigger);
  });
  await database.close();
});
afterAll(() => blog.stop());

/** Runs it on a document. Gives its exit code and what it told. */
function run(document: string, ...options: string[]): Promise<{ code: number; told: string }> {
  const args = ['--config-file', SETTINGS, 'run', document, '--url', blog.url, '--checks', 'all', '--no-color'];
  const env = { ...process.env, USERNAME: 'admin', PASSWORD: blog.password };
  return new Promise((done) => {
    execFile(PROGRAM, [...args, ...options], { env, cwd: blog.folder, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, told: stdout + stderr });
    });
  });
}

describe.each(installed ? ['schemathesis'] : [])('%s', () => {
  it(
    'finds nothing that the document does not tell, and no request that is taken for another',
    async () => {
      const { code, told } = await run(`${blog.url}/docs-json`);
      // What it found stands at the end.
      expect([code, code === 0 ? '' : told.slice(-20_000)]).toEqual([0, '']);
      const [, generated, passed] = /(\d+) generated, (\d+) passed/.exec(told)!;
      expect(Number(generated)).toBeGreaterThan(1_000);
      expect(passed).toBe(generated);
    },
    LIMIT_MS,
  );

  it(
    'would notice an answer that the document does not tell',
    async () => {
      const { body: document } = await blog.ask('GET', '/docs-json');
      delete document.paths['/api/v1/tags/export'].get.responses['400'];
      const file = join(blog.folder, 'document.json');
      writeFileSync(file, JSON.stringify(document));
      const { code, told } = await run(file, '--include-path', '/api/v1/tags/export');
      expect([code, told]).toEqual([1, expect.stringContaining('Undocumented status code')]);
    },
    LIMIT_MS,
  );
});

describe('what schemathesis is told of single operations', () => {
  it('is about operations that there are', async () => {
    const { body } = await blog.ask('GET', '/docs-json');
    const named = [...readFileSync(SETTINGS, 'utf8').matchAll(/"([A-Z]+) (\/[^"]+)"/g)];
    expect(named.length).toBeGreaterThan(5);
    for (const [, method, path] of named) expect(body.paths[path!]).toHaveProperty(method!.toLowerCase());
  });
});
