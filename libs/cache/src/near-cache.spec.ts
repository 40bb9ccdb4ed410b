import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import type { Entry } from './entry.js';
import { NearCache } from './near-cache.js';

const TTL = 1_000;
const row = { key: 'row:1' };
const list = { key: 'list', within: ['rows', 'tags'] };

function anEntry(version: number): Entry {
  return { version, body: Buffer.from(`version ${version}`), etag: `"${version}"` };
}

describe('NearCache', () => {
  let clock: FakeClock;
  let near: NearCache;
  beforeEach(() => {
    clock = new FakeClock();
    near = new NearCache(clock, 10_000);
  });

  it('keeps an entry until its time is over', async () => {
    near.put(row, anEntry(1), TTL);
    await clock.advance(TTL - 1);
    expect(near.get(row.key)).toEqual(anEntry(1));
    await clock.advance(1);
    expect(near.get(row.key)).toBeUndefined();
    expect(near.counters.entries).toBe(0);
  });

  it('does not go back to an older version, unless its time is over', async () => {
    near.put(row, anEntry(5), TTL);
    near.put(row, anEntry(4), TTL);
    expect(near.get(row.key)).toEqual(anEntry(5));
    await clock.advance(TTL);
    near.put(row, anEntry(4), TTL);
    expect(near.get(row.key)).toEqual(anEntry(4));
  });

  it('drops rows that have a newer version, and keeps those that have not', () => {
    near.put(row, anEntry(5), TTL);
    near.onInvalidation({ rows: [{ key: row.key, version: 5 }], generations: [] });
    expect(near.get(row.key)).toEqual(anEntry(5));
    near.onInvalidation({ rows: [{ key: row.key, version: 6 }], generations: [] });
    expect(near.get(row.key)).toBeUndefined();
  });

  it('drops what belongs to a generation that ended, and nothing else', () => {
    for (const generation of list.within) {
      near.put(list, anEntry(0), TTL);
      near.put(row, anEntry(1), TTL);
      near.onInvalidation({ rows: [], generations: [generation] });
      expect([near.get(list.key), near.get(row.key)]).toEqual([undefined, anEntry(1)]);
    }
  });

  it('drops everything when it may have missed something', () => {
    near.put(list, anEntry(0), TTL);
    near.put(row, anEntry(1), TTL);
    near.onGap();
    expect([near.get(list.key), near.get(row.key)]).toEqual([undefined, undefined]);
    expect(near.counters).toMatchObject({ entries: 0, octets: 0 });
  });

  it('holds no more octets than it may, and forgets whose member was evicted', () => {
    for (let i = 0; i < 100; i++) near.put({ key: `list:${i}`, within: ['rows'] }, anEntry(0), TTL);
    expect(near.counters.octets).toBeLessThanOrEqual(10_000);
    expect(near.counters.evicted).toBeGreaterThan(0);
    near.onInvalidation({ rows: [], generations: ['rows'] });
    expect(near.counters).toMatchObject({ entries: 0, octets: 0 });
  });
});
