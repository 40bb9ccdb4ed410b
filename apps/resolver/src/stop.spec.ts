import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { dig } from '../../../test/integration/commands.js';
import { startTestResolver, type TestResolver } from '../../../test/resolver.js';

describe('a resolver that stops', () => {
  const clock = new FakeClock();
  let resolver: TestResolver;
  let stopped: Promise<void>;
  beforeAll(async () => {
    resolver = await startTestResolver({ clock }, { SIGNPOST_RESOLVER_SHUTDOWN_DELAY: '2s' });
    stopped = resolver.stop();
  });
  afterAll(async () => {
    await clock.advance(2_000);
    await stopped;
  });

  async function ask(path: string, init?: RequestInit) {
    const response = await fetch(resolver.registry + path, init);
    return { status: response.status, text: await response.text() };
  }

  it('says first that it is not ready, and why', async () => {
    const { status, text } = await ask('/readyz');
    expect([status, text]).toEqual([500, expect.stringContaining('[-]shutdown failed: reason withheld')]);
    expect((await ask('/readyz/shutdown')).text).toBe('internal server error: process is shutting down\n');
    expect((await ask('/livez')).status).toBe(200);
  });

  it('answers everybody until that was heard', async () => {
    const body = JSON.stringify({ Name: 'late', Address: '10.0.0.1', Port: 1 });
    expect((await ask('/v1/agent/service/register', { method: 'PUT', body })).status).toBe(200);
    expect(await dig(resolver.dns, 'late.service.consul', 'A', '+short')).toEqual(['10.0.0.1']);
  });

  it('then takes no more', async () => {
    await clock.advance(2_000);
    await stopped;
    await expect(ask('/readyz')).rejects.toThrow('fetch failed');
  });
});
