import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networksOf } from './networks.js';
import { Quota } from './quota.js';

describe('Quota', () => {
  const options = { perClient: 2, total: 4, unlimited: networksOf(['127.0.0.0/8']) };

  it('gives each client its share, and takes places back', () => {
    const quota = new Quota(options);
    const release = quota.take('10.0.0.1') as () => void;
    expect(quota.take('::ffff:10.0.0.1')).toBeTypeOf('function');
    expect(quota.take('10.0.0.1')).toBe('client');
    expect(quota.take('10.0.0.2')).toBeTypeOf('function');
    release();
    expect(quota.take('10.0.0.1')).toBeTypeOf('function');
  });

  it('counts who is unlimited towards the total alone', () => {
    const quota = new Quota(options);
    for (let i = 0; i < 4; i++) expect(quota.take('127.0.0.1')).toBeTypeOf('function');
    expect(quota.take('127.0.0.1')).toBe('total');
    expect(quota.take('10.0.0.1')).toBe('total');
  });

  it('holds to both bounds whoever comes and goes', () => {
    const step = fc.record({ client: fc.constantFrom('10.0.0.1', '10.0.0.2', '127.0.0.1'), leave: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const quota = new Quota(options);
        const held = new Map<string, (() => void)[]>();
        for (const { client, leave } of steps) {
          const own = held.get(client) ?? [];
          held.set(client, own);
          if (leave) own.pop()?.();
          else {
            const all = [...held.values()].flat().length;
            const place = quota.take(client);
            const full = all >= 4 ? 'total' : client !== '127.0.0.1' && own.length >= 2 ? 'client' : undefined;
            expect(typeof place === 'string' ? place : undefined).toBe(full);
            if (typeof place === 'function') own.push(place);
          }
        }
        const left = [...held.values()].flat();
        expect(quota.total).toBe(left.length);
        for (const release of left) release();
        expect(quota.total).toBe(0);
      }),
    );
  });
});
