import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestResolver, type TestResolver } from '../../../../test/resolver.js';

describe('probes beside the API', () => {
  let resolver: TestResolver;
  beforeAll(async () => void (resolver = await startTestResolver()));
  afterAll(() => resolver?.stop());

  async function ask(path: string) {
    const response = await fetch(resolver.registry + path);
    return { status: response.status, text: await response.text() };
  }

  it.each([
    ...['/livez', '/livez/ping', '/livez/event-loop', '/healthz', '/healthz/listener'],
    ...[
      '/readyz',
      '/readyz/',
      '/readyz/ping',
      '/readyz/ping/',
      '/readyz/store',
      '/readyz/dns',
      '/readyz/shutdown',
      '/%72eadyz',
    ],
  ])('%s says ok', async (path) => {
    expect(await ask(path)).toEqual({ status: 200, text: 'ok' });
  });

  it('answers HEAD', async () => {
    for (const path of ['/readyz', '/readyz/dns']) {
      const response = await fetch(resolver.registry + path, { method: 'HEAD' });
      expect([response.status, response.headers.get('content-length')]).toEqual([200, '2']);
    }
  });

  it.each(['/livez/listener', '/livez/store', '/readyz/nothing', '/readyz/nothing/', '/readyz/ping/x', '/healthz/v1'])(
    '%s is 404 in the words of probes',
    async (path) => {
      expect(await ask(path)).toEqual({ status: 404, text: '404 page not found\n' });
    },
  );

  it('reads a query string that the API would not', async () => {
    expect(await ask('/readyz?exclude=%zz')).toEqual({ status: 200, text: 'ok' });
    expect((await ask('/readyz?verbose')).text).toMatch(/^\[\+\]ping ok\n[^]*\nreadyz check passed\n$/);
  });

  it('leaves other paths to the API', async () => {
    expect((await ask('/metricz')).text).toMatch(/^Invalid URL path: /);
  });
});
