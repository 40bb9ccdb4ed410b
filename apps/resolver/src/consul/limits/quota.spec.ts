import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networksOf } from './networks.js';
import { Quota } from './quota.js';

describe('Quota', () => {
  const options = { perClient: 2, total: 4, unlimited: networksOf(['127.0.0.0/8']) };

  it('gives each client its share, and takes places back', () => {
    const quota = new Quota(options);
    expect(quota.take('10.0.0.1')).toBeUndefined();
    expect(quota.take('::ffff:10.0.0.1')).toBeUndefined();
    expect(quota.take('10.0.0.1')).toBe('client');
    expect(quota.take('10.0.0.2')).toBeUndefined();
    quota.release('10.0.0.1');
    expect(quota.take('10.0.0.1')).toBeUndefined();
  });

  it('counts who is unlimited towards the total alone', () => {
    const quota = new Quota(options);
    for (let i = 0; i < 4; i++) expect(quota.take('127.0.0.1')).toBeUndefined();
    expect(quota.take('127.0.0.1')).toBe('total');
    expect(quota.take('10.0.0.1')).toBe('total');
  });

  it('holds to both bounds whoever comes and goes', () => {
    const step = fc.record({ client: fc.constantFrom('10.0.0.1', '10.0.0.2', '127.0.0.1'), leave: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const quota = new Quota(options);
        const held: string[] = [];
        for (const { client, leave } of steps) {
          const own = held.filter((other) => other === client).length;
          if (!leave) {
            const full = held.length >= 4 ? 'total' : client !== '127.0.0.1' && own >= 2 ? 'client' : undefined;
            expect(quota.take(client)).toBe(full);
            if (!full) held.push(client);
          } else if (own > 0) {
            quota.release(client);
            held.splice(held.indexOf(client), 1);
          }
          expect(quota.total).toBe(held.length);
        }
      }),
    );
  });
});
