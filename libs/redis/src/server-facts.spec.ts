import { describe, expect, it } from 'vitest';
import { parseServerFacts } from './server-facts.js';

const INFO = [
  '# Server',
  'redis_version:7.0.15',
  'run_id:68525dcfb10e115f7d6c6e2c442b0f5614600bf2',
  'tcp_port:6379',
  '# Memory',
  'maxmemory_policy:noeviction',
].join('\r\n');

describe('what INFO tells', () => {
  it('is the run, the version and the policy', () => {
    expect(parseServerFacts(INFO)).toEqual({
      runId: '68525dcfb10e115f',
      version: '7.0.15',
      evictionPolicy: 'noeviction',
    });
  });

  it('refuses a server that is too old, or none', () => {
    expect(() => parseServerFacts(INFO.replace('7.0.15', '6.2.14'))).toThrow('Redis 7 is needed, not 6.2.14');
    expect(() => parseServerFacts('')).toThrow('Redis 7 is needed, not unknown');
    expect(() => parseServerFacts(INFO.replace('run_id', 'id'))).toThrow('INFO gave no run_id');
  });
});
