import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DebugServer } from './debug-server.js';
import { createLogger } from '../log/logger.js';
import { Metrics } from '../metrics/metrics.js';

const log = createLogger({ level: 'silent', format: 'json' }, 'test');

describe('DebugServer', () => {
  const metrics = new Metrics('1.2.3');
  const server = new DebugServer(metrics, log);
  let url: string;
  beforeAll(async () => {
    url = await server.start('127.0.0.1', 0);
  });
  afterAll(() => server.stop());

  /** Asks as `fetch` cannot: with any method and path. */
  function ask(method: string, path: string): Promise<{ status: number; allow: unknown; body: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, path }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode!, allow: response.headers.allow, body }));
      });
      sent.on('error', reject).end();
    });
  }

  it.each(['/metrics', '/metrics?x=1'])('answers GET %s with the metrics', async (path) => {
    expect(await ask('GET', path)).toMatchObject({ status: 200, body: expect.stringContaining('signpost_build_info') });
  });

  it('answers HEAD without a body', async () => {
    expect(await ask('HEAD', '/metrics')).toMatchObject({ status: 200, body: '' });
  });

  it.each(['/', '/metrics/', '/Metrics', '/%6detrics', '//metrics', '*'])(
    'knows no %s and says what there is',
    async (path) => {
      expect(await ask('GET', path)).toMatchObject({ status: 404, body: expect.stringContaining('/metrics') });
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    expect(await ask(method, '/metrics')).toMatchObject({ status: 405, allow: 'GET, HEAD' });
  });

  it('answers 500 without the cause when something cannot be read, and goes on', async () => {
    const broken = new Metrics('1');
    let works = false;
    broken.gauge('x', 'X.', () => {
      if (!works) throw new Error('secret');
      return 1;
    });
    const another = new DebugServer(broken, log);
    const address = await another.start('127.0.0.1', 0);
    const failed = await fetch(`${address}/metrics`);
    expect([failed.status, await failed.text()]).toEqual([500, 'internal error\n']);
    works = true;
    expect((await fetch(`${address}/metrics`)).status).toBe(200);
    await another.stop();
  });

  it('rejects when the port is taken', async () => {
    const port = Number(new URL(url).port);
    await expect(new DebugServer(metrics, log).start('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('/log/level', () => {
  const lines: string[] = [];
  const told = createLogger({ level: 'info', format: 'json' }, 'test', { write: (line) => void lines.push(line) });
  const server = new DebugServer(new Metrics('1'), told);
  let url: string;
  beforeAll(async () => {
    url = `${await server.start('127.0.0.1', 0)}/log/level`;
  });
  afterAll(() => server.stop());

  const put = (body: string) => fetch(url, { method: 'PUT', body });

  it('tells and sets the level', async () => {
    expect(await (await fetch(url)).text()).toBe('info\n');
    const answer = await put('debug\n');
    expect([answer.status, await answer.text(), told.level]).toEqual([200, 'debug\n', 'debug']);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ before: 'info', level: 'debug' });
  });

  it.each(['loud', '', 'DEBUG', 'x'.repeat(100_000)])('refuses another one (%#)', async (level) => {
    const before = told.level;
    const answer = await put(level);
    expect([answer.status, told.level]).toEqual([400, before]);
    expect(await answer.text()).toBe('the body must be one of trace, debug, info, warn, error, silent\n');
  });
});

describe('what says more than numbers', () => {
  const paths = ['/log/level', '/debug/pprof/', '/debug/pprof/cmdline', '/debug/pprof/handles'];
  let open: DebugServer;
  let url: string;
  afterEach(() => open.stop());

  const statuses = async (headers: Record<string, string> = {}) =>
    Promise.all(paths.map(async (path) => (await fetch(`${url}${path}`, { headers })).status));

  async function start(host: string, token?: string): Promise<void> {
    open = new DebugServer(new Metrics('1'), log, token);
    url = (await open.start(host, 0)).replace('0.0.0.0', '127.0.0.1');
  }

  it('is not for other machines without a token, but the metrics are', async () => {
    await start('0.0.0.0');
    expect(await statuses()).toEqual(paths.map(() => 403));
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('is for who has the token, if there is one', async () => {
    await start('0.0.0.0', 'a-token-of-16-characters');
    const refused = await fetch(`${url}/debug/pprof/`);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await statuses()).toEqual(paths.map(() => 401));
    expect(await statuses({ authorization: 'Bearer a-token-of-16-characters' })).toEqual(paths.map(() => 200));
  });
});
