import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import type { Entry, Query } from './entry.js';
import { Flights, type Flight } from './flights.js';

const LONGEST = 1_000;
const row = { key: 'row:1' };
const list = { key: 'list', within: ['rows'] };

describe('Flights', () => {
  let clock: FakeClock;
  let flights: Flights<Entry>;
  let begun: { flight: Flight; land: (version: number) => void; crash: (error: Error) => void }[];
  beforeEach(() => {
    clock = new FakeClock();
    flights = new Flights(clock, LONGEST);
    begun = [];
  });

  function join(query: Query = row) {
    return flights.join(query, (flight) => {
      const { promise, resolve, reject } = Promise.withResolvers<Entry>();
      begun.push({ flight, land: (version) => resolve({ version, body: undefined, etag: '' }), crash: reject });
      return promise;
    });
  }

  it('lets many wait for one answer', async () => {
    const waiting = Array.from({ length: 1_000 }, () => join());
    expect(begun).toHaveLength(1);
    begun[0]!.land(7);
    const answers = await Promise.all(waiting.map(({ answer }) => answer));
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set([7]));
    expect(waiting.filter(({ joined }) => joined)).toHaveLength(999);
    expect(flights.joined).toBe(999);
  });

  it('begins anew when the answer has arrived, and when it could not be had', async () => {
    const first = join();
    begun[0]!.land(1);
    await first.answer;
    const second = join();
    const third = join();
    begun[1]!.crash(new Error('the database is away'));
    await expect(second.answer).rejects.toThrow('the database is away');
    await expect(third.answer).rejects.toThrow('the database is away');
    expect(join().joined).toBe(false);
    expect(begun).toHaveLength(3);
  });

  it('lets nobody join what was begun before a write', () => {
    join();
    join(list);
    flights.onInvalidation({ rows: [{ key: row.key, version: 2 }], generations: [] });
    expect([join().joined, join(list).joined]).toEqual([false, true]);
    flights.onInvalidation({ rows: [], generations: ['rows'] });
    expect([join().joined, join(list).joined]).toEqual([true, false]);
    expect(begun.map(({ flight }) => flight.void)).toEqual([true, true, false, false]);
  });

  it('voids also a flight that another one has taken the place of', () => {
    join(row);
    join({ ...row, minVersion: 5 });
    flights.onInvalidation({ rows: [{ key: row.key, version: 6 }], generations: [] });
    expect(begun.map(({ flight }) => flight.void)).toEqual([true, true]);
  });

  it('lets nobody join, and nobody keep, when something may have been missed', () => {
    join();
    flights.onGap();
    expect(join().joined).toBe(false);
    expect(begun.map(({ flight }) => flight.void)).toEqual([true, false]);
  });

  it('lets nobody join who wants a newer version than the flight does', () => {
    join({ ...row, minVersion: 5 });
    expect(join(row).joined).toBe(true);
    expect(join({ ...row, minVersion: 5 }).joined).toBe(true);
    expect(join({ ...row, minVersion: 6 }).joined).toBe(false);
  });

  it('lets nobody join what has been under way for long', async () => {
    join();
    await clock.advance(LONGEST);
    expect(join().joined).toBe(true);
    await clock.advance(1);
    expect(join().joined).toBe(false);
  });
});
