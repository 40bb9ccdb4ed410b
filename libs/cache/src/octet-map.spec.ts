import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OctetMap } from './octet-map.js';

const sized = (octets: number) => ({ octets });

describe('OctetMap', () => {
  it('lets what was not asked for go first, the oldest before others', () => {
    const gone: string[] = [];
    const map = new OctetMap<{ octets: number }>(30, (key) => gone.push(key));
    for (const key of ['a', 'b', 'c']) map.set(key, sized(10));
    map.get('a');
    map.set('d', sized(10));
    map.set('e', sized(10));
    expect(gone).toEqual(['b', 'c']);
    map.set('f', sized(10));
    expect(gone).toEqual(['b', 'c', 'd']);
    map.set('g', sized(20));
    expect(gone).toEqual(['b', 'c', 'd', 'e', 'f']);
    expect(map.counters).toEqual({ entries: 2, octets: 30, evicted: 5 });
  });

  it('lets go of what was asked for once, when the hand comes by again', () => {
    const map = new OctetMap<{ octets: number }>(20);
    map.set('a', sized(10));
    map.get('a');
    map.get('a');
    map.set('b', sized(20));
    expect(map.get('a')).toBeUndefined();
    expect(map.get('b')).toBeDefined();
  });

  it('does not take what is larger than itself, and forgets what that was to replace', () => {
    const map = new OctetMap<{ octets: number }>(10);
    map.set('a', sized(10));
    expect(map.set('a', sized(11))).toBe(false);
    expect(map.counters).toEqual({ entries: 0, octets: 0, evicted: 0 });
  });

  it('counts its octets right and stays below its limit, whatever is done to it', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      fc.record({ do: fc.constant('set'), key, octets: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ do: fc.constantFrom('get', 'delete'), key, octets: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const held = new Map<string, number>();
        const map = new OctetMap<{ octets: number }>(100, (evicted) => held.delete(evicted));
        for (const { do: what, key, octets } of steps) {
          if (what === 'set') {
            held.delete(key);
            if (map.set(key, sized(octets))) held.set(key, octets);
          } else if (what === 'delete') {
            map.delete(key);
            held.delete(key);
          } else expect(map.get(key)?.octets).toBe(held.get(key));
          const sum = [...held.values()].reduce((a, b) => a + b, 0);
          expect(map.counters).toMatchObject({ entries: held.size, octets: sum });
          expect(sum).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
