import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '#libs/redis';
import { FakeClock } from '#libs/testing';
import type { Invalidation } from './entry.js';
import type { OutboxRow } from './outbox.js';
import { Replayer } from './replayer.js';

const times = { poll: 250, settle: 500 };

/** A table of rows, each written at a time. */
class TestOutbox {
  rows: { id: number; at: number; invalidation: Invalidation }[] = [];
  reads = 0;
  broken: Error | undefined;

  constructor(private readonly clock: FakeClock) {}

  add(version: number): number {
    const id = this.rows.length + 1;
    const invalidation = { rows: [{ key: 'row:1', version }], generations: [] };
    this.rows.push({ id, at: this.clock.monotonic(), invalidation });
    return id;
  }

  async pending(limit: number): Promise<OutboxRow[]> {
    this.reads++;
    if (this.broken) throw this.broken;
    const now = this.clock.monotonic();
    return this.rows.slice(0, limit).map(({ id, at, invalidation }) => ({ id, invalidation, ageMs: now - at }));
  }

  async remove(ids: readonly OutboxRow['id'][]): Promise<void> {
    this.rows = this.rows.filter(({ id }) => !ids.includes(id));
  }
}

describe('Replayer', () => {
  let clock: FakeClock;
  let outbox: TestOutbox;
  let delivered: number[];
  let failure: Error | undefined;
  let replayer: Replayer;
  let lines: string[];
  beforeEach(() => {
    clock = new FakeClock();
    outbox = new TestOutbox(clock);
    delivered = [];
    failure = undefined;
    lines = [];
    const deliver = async ({ rows }: Invalidation) => {
      if (failure) throw failure;
      delivered.push(rows[0]!.version);
    };
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    replayer = new Replayer({ outbox, deliver, clock, log, times });
    replayer.start();
  });

  it('removes what its writer has delivered, and does not deliver it again', async () => {
    replayer.delivered(outbox.add(1));
    await clock.advance(times.poll);
    expect([outbox.rows, delivered]).toEqual([[], []]);
  });

  it('delivers what its writer has not, once that must have failed', async () => {
    outbox.add(1);
    await clock.advance(times.settle - 1);
    expect(delivered).toEqual([]);
    await clock.advance(times.poll);
    expect([outbox.rows, delivered]).toEqual([[], [1]]);
    expect(replayer.counters).toEqual({ replayed: 1, lagMs: 500, failed: 0 });
  });

  it('keeps what could not be delivered, in silence, until it can', async () => {
    failure = new StoreUnavailableError('away');
    outbox.add(1);
    await clock.advance(10_000);
    expect([outbox.rows.length, delivered]).toEqual([1, []]);
    failure = undefined;
    await clock.advance(times.poll);
    expect([outbox.rows, delivered, lines]).toEqual([[], [1], []]);
  });

  it('delivers more rows than it reads at once, in one turn', async () => {
    for (let i = 1; i <= 250; i++) outbox.add(i);
    await clock.advance(times.settle);
    expect([outbox.rows, delivered.length]).toEqual([[], 250]);
  });

  it('delivers everything when asked to, however young', async () => {
    for (let i = 1; i <= 250; i++) outbox.add(i);
    await replayer.replayAll();
    expect([outbox.rows, delivered.length]).toEqual([[], 250]);
    failure = new StoreUnavailableError('away');
    outbox.add(1);
    await expect(replayer.replayAll()).rejects.toBe(failure);
    outbox.broken = new Error('no such table');
    await expect(replayer.replayAll()).rejects.toBe(outbox.broken);
  });

  it('tells once that the outbox cannot be read, and goes on trying', async () => {
    outbox.broken = new Error('no such table');
    await clock.advance(10 * times.poll);
    expect(replayer.counters.failed).toBe(10);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('no such table');
    outbox.broken = undefined;
    outbox.add(1);
    await clock.advance(2_000);
    expect(delivered).toEqual([1]);
  });

  it('removes what was delivered before it stops, and reads no more', async () => {
    replayer.delivered(outbox.add(1));
    await replayer.stop();
    const { reads } = outbox;
    await clock.advance(10_000);
    expect([outbox.rows, outbox.reads]).toEqual([[], reads]);
  });
});
