import { describe, expect, it } from 'vitest';
import { changedSettings } from './changes.js';
import { loadConfig } from './load.js';

describe('changedSettings', () => {
  const before = loadConfig({ env: { SIGNPOST_DNS_SERVICE_TTL: 'a=1s, b=2s' } });

  it('names what differs in the sections that are asked for', () => {
    const env = { SIGNPOST_DNS_SERVICE_TTL: 'a=1s', SIGNPOST_RESOLVER_HTTP_PORT: '1', SIGNPOST_BLOG_HTTP_PORT: '1' };
    expect(changedSettings(before, loadConfig({ env }), ['resolver', 'dns'])).toEqual([
      '[resolver] http_port',
      '[dns] service_ttl',
    ]);
  });

  it('compares values, not how they were written', () => {
    const after = loadConfig({ env: { SIGNPOST_DNS_SERVICE_TTL: 'b=2000ms,a=1s' } });
    expect(changedSettings(before, after, ['dns'])).toEqual([]);
  });
});
