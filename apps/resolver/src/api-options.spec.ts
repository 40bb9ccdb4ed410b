import { describe, expect, it } from 'vitest';
import { loadConfig } from '#libs/config';
import { apiOptions } from './api-options.js';

function options(env: NodeJS.ProcessEnv = {}) {
  return apiOptions(loadConfig({ env }), undefined);
}

describe('apiOptions', () => {
  it('limits other clients than those on this machine', () => {
    const { connections, watches, access, endpoints } = options();
    expect(connections).toMatchObject({ perClient: 200, total: Infinity });
    expect(watches).toMatchObject({ perClient: 200, total: 20_000 });
    expect(['127.0.0.1', '::1', '10.0.0.1'].map((address) => watches!.unlimited(address))).toEqual([true, true, false]);
    expect(access).toEqual({ publicReads: false });
    expect(endpoints).toEqual({ blockEndpoints: [] });
  });

  it('reads networks, paths and headers', () => {
    const { endpoints, responseHeaders, maxHeaderBytes } = options({
      SIGNPOST_RESOLVER_ALLOW_WRITE_HTTP_FROM: '10.0.0.0/8, ::1',
      SIGNPOST_RESOLVER_BLOCK_ENDPOINTS: '/v1/agent/host, /v1/catalog/',
      SIGNPOST_RESOLVER_RESPONSE_HEADERS: 'X-A=1, X-B=two words',
      SIGNPOST_RESOLVER_MAX_HEADER_BYTES: '4096',
    });
    expect(['10.1.1.1', '::1', '11.0.0.1'].map((address) => endpoints!.allowWriteFrom!(address))).toEqual([
      true,
      true,
      false,
    ]);
    expect(endpoints!.blockEndpoints).toEqual(['/v1/agent/host', '/v1/catalog/']);
    expect(responseHeaders).toEqual({ 'X-A': '1', 'X-B': 'two words' });
    expect(maxHeaderBytes).toBe(4_096);
  });

  it('counts nobody when limits are off', () => {
    const { connections, watches } = options({ SIGNPOST_LIMITS_ENABLED: 'false' });
    expect([connections, watches]).toEqual([undefined, undefined]);
  });

  it.each([
    ['SIGNPOST_RESOLVER_ALLOW_WRITE_HTTP_FROM', '10.0.0.0/33'],
    ['SIGNPOST_RESOLVER_ALLOW_WRITE_HTTP_FROM', 'example.org'],
    ['SIGNPOST_LIMITS_UNLIMITED_FROM', '::/129'],
    ['SIGNPOST_RESOLVER_BLOCK_ENDPOINTS', 'v1/agent'],
    ['SIGNPOST_RESOLVER_RESPONSE_HEADERS', 'X A=1'],
    ['SIGNPOST_RESOLVER_RESPONSE_HEADERS', 'X-A=ü'],
    ['SIGNPOST_RESOLVER_MAX_HEADER_BYTES', '100'],
  ])('does not take %s=%s', (name, value) => {
    expect(() => options({ [name]: value })).toThrow(`is ${JSON.stringify(value)}, expected`);
  });
});
