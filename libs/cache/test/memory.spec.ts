import { describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { MemoryStore } from '../src/memory/memory-store.js';
import type { CacheStore } from '../src/store.js';
import { anEntry, describeStore, TIMES } from './contract.js';

const OCTETS = 64 * 1024;
const WAIT = 0;

describeStore('MemoryStore', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock, octets: OCTETS, times: TIMES });
  return {
    store,
    pass: (ms) => clock.advance(ms),
    // The generations of keys that are evicted stay; an entry needs both.
    lose: () => crowd(store, OCTETS),
    stop: () => store.stop(),
  };
});

/** Stores so much else that nothing else has room. */
async function crowd(store: CacheStore, octets: number): Promise<void> {
  const size = 1_000;
  for (let i = 0; i < (2 * octets) / size; i++) {
    const claim = await store.claim({ key: `other:${i}` }, WAIT);
    await claim.fill(anEntry(1, 'x'.repeat(size)), 1_000, WAIT);
  }
}

describe('MemoryStore', () => {
  it('holds no more than it may, and what does not fit not at all', async () => {
    const store: CacheStore = new MemoryStore({ clock: new FakeClock(), octets: OCTETS });
    await crowd(store, 4 * OCTETS);
    const { octets, entries, evicted } = store.held;
    expect(octets).toBeLessThanOrEqual(OCTETS);
    expect(octets).toBeGreaterThan(OCTETS / 2);
    expect(entries * 1_000).toBeLessThan(OCTETS);
    expect(evicted).toBeGreaterThan(0);
    const claim = await store.claim({ key: 'huge' }, WAIT);
    expect(await claim.fill(anEntry(1, 'x'.repeat(OCTETS)), 1_000, WAIT)).toBe('full');
    expect(store.peek('huge')).toBeUndefined();
  });

  it('gives up lists rather than more generations than it can count', async () => {
    const store: CacheStore = new MemoryStore({ clock: new FakeClock(), octets: 64 * OCTETS });
    const first = { key: 'list:0', within: ['generation:0'] };
    const early = await store.claim(first, WAIT);
    await (await store.claim(first, WAIT)).fill(anEntry(0), 1_000, WAIT);
    for (let i = 1; i <= 10_000; i++) await store.claim({ key: 'other', within: [`generation:${i}`] }, WAIT);
    expect(store.peek(first.key)).toBeUndefined();
    await store.claim(first, WAIT);
    expect(await early.fill(anEntry(0), 1_000, WAIT)).toBe('void');
  });
});
