import { expect, it } from 'vitest';
import { SlabRing, type Slot } from './slab-ring.js';

const SLAB = 256 * 1024;

function slot(): Slot {
  return { slab: Buffer.alloc(0), at: 0, length: 0 };
}

function content({ slab, at, length }: Slot): string {
  return slab.toString('latin1', at, at + length);
}

it('keeps what was put, until the ring comes round', () => {
  const evicted: Slot[] = [];
  const ring = new SlabRing<Slot>(2 * SLAB, (owner) => evicted.push(owner));
  const owners = Array.from({ length: 5 }, slot);
  const half = (letter: string) => Buffer.from(letter.repeat(SLAB / 2));
  for (const [i, owner] of owners.slice(0, 4).entries()) ring.put(owner, half('abcd'[i]!));
  expect(owners.slice(0, 4).map((owner) => content(owner)[0])).toEqual(['a', 'b', 'c', 'd']);
  expect(evicted).toEqual([]);
  ring.put(owners[4]!, half('e'));
  expect(evicted).toEqual(owners.slice(0, 2));
  expect(owners.slice(2).map((owner) => content(owner)[0])).toEqual(['c', 'd', 'e']);
});

it('tells nobody about what was given up or replaced', () => {
  const evicted: Slot[] = [];
  const ring = new SlabRing<Slot>(2 * SLAB, (owner) => evicted.push(owner));
  const [kept, given] = [slot(), slot()];
  ring.put(given, Buffer.from('x'));
  ring.release(given);
  for (let i = 0; i < 40; i++) ring.put(kept, Buffer.alloc(SLAB / 4, `${i % 10}`));
  expect(evicted).toEqual([]);
  expect(content(kept)[0]).toBe('9');
});
