import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';
import { keyOf, parseTokens } from './access/token-table.js';

const PAGE = readFileSync('docs/consul-api.md', 'utf8');

interface Row {
  readonly method: string;
  readonly path: string;
  readonly state: string;
}

const ROWS: readonly Row[] = [...PAGE.matchAll(/^\| `([A-Z]+) (\/\S*)` +\| (\w+) /gm)].map(
  ([, method, path, state]) => ({ method: method!, path: path!, state: state! }),
);

describe('docs/consul-api.md', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
  });
  afterAll(() => api.stop());

  async function ask(method: string, path: string, body?: string) {
    const url = api.url + path.replace(/:\w+/, 'x');
    const response = await fetch(url, { method, ...(body !== undefined && { body }) });
    return { status: response.status, text: await response.text(), allow: response.headers.get('allow') };
  }

  const absent = ROWS.filter(({ state }) => state === 'absent');
  const there = ROWS.filter(({ state, path }) => state !== 'absent' && /^\/v1\/(?!acl\/)/.test(path));

  it('has a method, a path and one of three states in each row', () => {
    expect(ROWS).toHaveLength(PAGE.match(/^\| `[A-Z]+ /gm)!.length);
    expect(new Set(ROWS.map(({ state }) => state))).toEqual(new Set(['supported', 'different', 'absent']));
  });

  it.each(absent)('is right that $method $path is absent', async ({ method, path }) => {
    const { status, text } = await ask(method, path);
    expect({ status, text }).toEqual({
      status: 404,
      text: 'Invalid URL path: not a recognized HTTP API endpoint\n',
    });
  });

  it('leaves out no endpoint', () => {
    const registered = [...api.routes]
      .filter(([path]) => path !== '/v1/acl/*')
      .flatMap(([path, operations]) => [...operations.keys()].map((method) => `${method} ${path}`));
    const rows = there.map(({ method, path }) => `${method} ${path.replace(/:\w+/, '*')}`);
    expect(rows.sort()).toEqual(registered.sort());
  });

  it('shows how a token is made', () => {
    const folder = tempFolder();
    const lines = [...PAGE.matchAll(/^ {4}((?:token|echo).*)$/gm)].map(([, line]) => line);
    expect(lines).toHaveLength(2);
    const script = `set -eu\n${lines.join('\n')}\nprintf %s "$token"`;
    const token = execFileSync('sh', ['-c', script], { cwd: folder.path, encoding: 'utf8' });
    const table = parseTokens(readFileSync(join(folder.path, 'tokens'), 'utf8'));
    folder.remove();
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(table.get(keyOf(token))?.role).toBe('write');
  });

  it.each(there)('is right that $method $path is there', async ({ method, path }) => {
    expect(await ask('OPTIONS', path)).toMatchObject({ status: 200, allow: `OPTIONS,${method}` });
  });

  it('shows commands that work', async () => {
    const commands = [
      ...PAGE.matchAll(/^ {4}curl (?:-X (\w+) )?(?:-d '(.*?)' )?'?http:\/\/127\.0\.0\.1:8500(.*?)'?$/gm),
    ];
    expect(commands).toHaveLength(3);
    const answers = [];
    for (const [, method = 'GET', body, path] of commands) answers.push(await ask(method, path!, body));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(JSON.parse(answers[1]!.text)).toMatchObject([{ Service: { Service: 'web', Port: 8080 } }]);
  });
});
