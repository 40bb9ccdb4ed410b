import { describe, expect, it } from 'vitest';
import { aCheck, anInstance } from '#libs/testing';
import type { TtlProbe } from './checks/probe.js';
import { Pool } from './pool.js';

/** The same value, but nothing of it at the same place in memory. */
function fresh<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

describe('Pool', () => {
  const address = { address: '10.0.0.9', port: 80 };
  const instance = anInstance({
    tags: ['a'],
    meta: { version: '1' },
    address: '10.0.0.9',
    taggedAddresses: { lan: address, wan: { address: 'db', port: 1 } },
  });
  const probe: TtlProbe = { type: 'ttl', ttl: 1_000, outputMaxSize: 4096, deregisterCriticalServiceAfter: 0 };
  const check = aCheck({ serviceId: 'web-1', probe, definition: { a: [1] }, output: 'x'.repeat(600) });

  it('changes no record', () => {
    const pool = new Pool();
    expect(pool.instance(fresh(instance))).toEqual(instance);
    expect(pool.check(fresh(check), instance)).toEqual(check);
    expect(pool.check(aCheck(), undefined)).toEqual(aCheck());
  });

  it('makes records share what is equal in them', () => {
    const pool = new Pool();
    const [one, two] = [pool.instance(fresh(instance)), pool.instance(fresh({ ...instance, id: 'web-2' }))];
    expect(two.tags).toBe(one.tags);
    expect(two.meta).toBe(one.meta);
    expect(two.weights).toBe(one.weights);
    expect(pool.check(fresh(check), one).probe).toBe(pool.check(fresh(check), two).probe);
  });

  it('still tells apart what is not equal', () => {
    const pool = new Pool();
    pool.instance(instance);
    expect(pool.instance({ ...instance, tags: ['b'], meta: { version: '2' } })).toMatchObject({
      tags: ['b'],
      meta: { version: '2' },
    });
  });
});
