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

  it.each(['/livez', '/livez/ping', '/readyz', '/readyz/ping', '/readyz/listener', '/healthz', '/healthz/listener'])(
    '%s says ok',
    async (path) => {
      expect(await ask(path)).toEqual({ status: 200, text: 'ok' });
    },
  );

  it.each(['/livez/listener', '/readyz/nothing', '/healthz/v1'])('%s is 404 in the words of probes', async (path) => {
    expect(await ask(path)).toEqual({ status: 404, text: '404 page not found\n' });
  });

  it('reads a query string that the API would not', async () => {
    expect(await ask('/readyz?exclude=%zz')).toEqual({ status: 200, text: 'ok' });
    expect((await ask('/readyz?verbose')).text).toMatch(/^\[\+\]ping ok\n[^]*\nreadyz check passed\n$/);
  });

  it('leaves other paths to the API', async () => {
    expect((await ask('/metricz')).text).toMatch(/^Invalid URL path: /);
  });
});
