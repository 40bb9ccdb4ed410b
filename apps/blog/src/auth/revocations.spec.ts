import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import type { Database } from '../database/database.js';
import { Revocations } from './revocations.js';

/** A database with a counter, which answers when the test lets it. */
class CounterDatabase {
  count = 7;
  reads = 0;
  /** What reads wait for. */
  gate: Promise<void> = Promise.resolve();

  async select(): Promise<{ value: number }[]> {
    this.reads += 1;
    const value = this.count;
    await this.gate;
    return [{ value }];
  }

  async write<T>(work: (manager: unknown) => Promise<T>): Promise<T> {
    return work({ query: () => Promise.resolve((this.count += 1)) });
  }
}

let database: CounterDatabase;
let clock: FakeClock;
let revocations: Revocations;
beforeEach(() => {
  database = new CounterDatabase();
  clock = new FakeClock();
  revocations = new Revocations({ database: database as unknown as Database, clock });
});

describe('Revocations', () => {
  it('looks once a second at most, and only when somebody asks', async () => {
    expect(revocations.recent).toBeUndefined();
    expect(await revocations.latest()).toBe(7);
    database.count = 8;
    await clock.advance(999);
    expect([await revocations.latest(), revocations.recent, database.reads]).toEqual([7, 7, 1]);
    await clock.advance(1);
    expect(revocations.recent).toBeUndefined();
    expect([await revocations.latest(), revocations.recent, database.reads]).toEqual([8, 8, 2]);
  });

  it('shares one look among those who ask at once', async () => {
    const counts = await Promise.all([revocations.latest(), revocations.latest(), revocations.latest()]);
    expect([counts, database.reads]).toEqual([[7, 7, 7], 1]);
  });

  it('knows its own changes at once, and counts a look that began before as old', async () => {
    const gate = Promise.withResolvers<void>();
    database.gate = gate.promise;
    const before = revocations.latest();
    await revocations.change(() => Promise.resolve());
    gate.resolve();
    expect(await before).toBe(7);
    expect(revocations.recent).toBeUndefined();
    expect(await revocations.latest()).toBe(8);
  });

  it('dates a look from its beginning', async () => {
    const gate = Promise.withResolvers<void>();
    database.gate = gate.promise;
    const slow = revocations.latest();
    await clock.advance(1_000);
    gate.resolve();
    await slow;
    expect(revocations.recent).toBeUndefined();
  });

  it('tells that a look failed to those who asked, and looks again for the next', async () => {
    const gate = Promise.withResolvers<void>();
    database.gate = gate.promise;
    const [first, second] = [revocations.latest(), revocations.latest()];
    gate.reject(new Error('the database is away'));
    await expect(first).rejects.toThrow('away');
    await expect(second).rejects.toThrow('away');
    database.gate = Promise.resolve();
    expect(await revocations.latest()).toBe(7);
  });
});
