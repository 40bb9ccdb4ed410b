import { describe, expect, it } from 'vitest';
import { adviceFor } from './advice.js';

const facts = { runId: '68525dcfb10e115f', version: '7.0.15' };

describe('the policy of a server whose memory is full', () => {
  it.each(['noeviction', 'volatile-ttl'])('is good with %s', (evictionPolicy) => {
    expect(adviceFor({ ...facts, evictionPolicy })).toBeUndefined();
  });

  it.each(['allkeys-lru', 'allkeys-random', 'volatile-lru', 'volatile-random'])(
    'calls for advice with %s',
    (evictionPolicy) => {
      expect(adviceFor({ ...facts, evictionPolicy })).toContain(`is ${evictionPolicy}`);
    },
  );
});
