import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DebugServer } from './debug-server.js';
import { createLogger } from './log/logger.js';
import { Metrics } from './metrics/metrics.js';

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
