import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { STORES, TestDatabase } from '../../test/databases.js';
import type { Database } from '../database/database.js';
import { openDatabase } from '../database/open.js';
import { articleChange, EVERYTHING } from './keys.js';
import { SqlOutbox } from './sql-outbox.js';
import { WriteCount } from './write-count.js';

const CHANGE = articleChange(7, 3);

describe.each(STORES)('what was written, in %s', (store) => {
  let where: TestDatabase;
  let database: Database;
  let clock: FakeClock;
  beforeEach(async () => {
    where = await TestDatabase.create(store);
    database = await openDatabase(where.url);
    clock = new FakeClock();
  });
  afterEach(async () => {
    await database.close();
    where.remove();
  });

  /** What it is known by is known when it is committed. */
  async function recordIn(ledger: SqlOutbox | WriteCount): Promise<number> {
    const id = await database.write((manager, atEnd) => ledger.record({ manager, atEnd }, CHANGE));
    return id();
  }

  describe('the outbox', () => {
    it('gives what was recorded, the oldest first, until it is removed', async () => {
      const outbox = await SqlOutbox.open(database);
      const ids = [await recordIn(outbox), await recordIn(outbox), await recordIn(outbox)];
      const pending = await outbox.pending(2);
      expect(pending.map(({ id, invalidation }) => [id, invalidation])).toEqual(
        ids.slice(0, 2).map((id) => [id, CHANGE]),
      );
      for (const { ageMs } of pending) expect(ageMs).toBeLessThan(10_000);
      await outbox.remove([ids[0]!, ids[1]!, 999_999]);
      expect((await outbox.pending(10)).map(({ id }) => id)).toEqual(ids.slice(2));
    });

    it('removes more than one statement can name', async () => {
      const outbox = await SqlOutbox.open(database);
      const id = await recordIn(outbox);
      await outbox.remove([...Array.from({ length: 2_500 }, (_, n) => 1_000_000 + n), id]);
      expect(await outbox.pending(10)).toEqual([]);
    });

    it('has nothing of a transaction that was rolled back', async () => {
      const outbox = await SqlOutbox.open(database);
      const failing = database.write(async (manager) => {
        await outbox.record({ manager }, CHANGE);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await outbox.pending(10)).toEqual([]);
    });

    it('lets nobody wait whose clock was put back, or forward', async () => {
      const outbox = await SqlOutbox.open(database);
      await recordIn(outbox);
      for (const shift of ['+ 3600000', '- 7200000']) {
        await database.write((manager) => manager.query(`UPDATE blog_outbox SET written_ms = written_ms ${shift}`));
        const [row] = await outbox.pending(1);
        expect(row!.ageMs).toBeGreaterThan(3_500_000);
      }
    });

    it('holds everything when something was written that no shared cache has heard of, once', async () => {
      const count = await WriteCount.open(database, clock);
      await recordIn(count);
      const outbox = await SqlOutbox.open(database);
      expect((await outbox.pending(10)).map(({ invalidation }) => invalidation)).toEqual([EVERYTHING]);
      await SqlOutbox.open(database);
      expect(await outbox.pending(10)).toHaveLength(1);
    });
  });

  describe('the count of writes', () => {
    it('gives each write a number of its own, however many write at once', async () => {
      const counts = await Promise.all(Array.from({ length: 3 }, () => WriteCount.open(database, clock)));
      const numbers = await Promise.all(Array.from({ length: 30 }, (_, n) => recordIn(counts[n % 3]!)));
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    });

    it('finds what others wrote, once, and not what this process did', async () => {
      const [own, others] = [await WriteCount.open(database, clock), await WriteCount.open(database, clock)];
      await own.remove([await recordIn(own), await recordIn(own)]);
      expect(await own.pending()).toEqual([]);
      const [first, , last] = [await recordIn(own), await recordIn(others), await recordIn(own)];
      await own.remove([first, last]);
      expect(await own.pending()).toMatchObject([{ id: 5, invalidation: EVERYTHING }]);
      expect(await own.pending()).toEqual([]);
      expect(await others.pending()).toMatchObject([{ id: 5, invalidation: EVERYTHING }]);
    });

    it('takes a write of its own for another’s rather than the other way round', async () => {
      const own = await WriteCount.open(database, clock);
      const number = await recordIn(own);
      expect(await own.pending()).toMatchObject([{ id: number, invalidation: EVERYTHING }]);
      await own.remove([number, number]);
      await recordIn(await WriteCount.open(database, clock));
      expect(await own.pending()).toMatchObject([{ invalidation: EVERYTHING }]);
    });

    it('is in touch for a second after a look whose findings are dealt with', async () => {
      const [own, others] = [await WriteCount.open(database, clock), await WriteCount.open(database, clock)];
      await clock.advance(1_000);
      expect(own.isInTouch()).toBe(true);
      await clock.advance(1);
      expect(own.isInTouch()).toBe(false);
      await own.pending();
      expect(own.isInTouch()).toBe(true);
      await clock.advance(1_001);
      await recordIn(others);
      const [found] = await own.pending();
      expect(own.isInTouch()).toBe(false);
      await own.remove([found!.id]);
      expect(own.isInTouch()).toBe(true);
    });
  });
});
