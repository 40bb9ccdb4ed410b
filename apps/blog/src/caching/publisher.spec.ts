import type { EntityManager } from 'typeorm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Invalidation } from '#libs/cache';
import type { Database, Work } from '../database/database.js';
import { articleChange, tagChange } from './keys.js';
import type { Transaction } from './ledger.js';
import { Publisher } from './publisher.js';

describe('Publisher', () => {
  let steps: unknown[];
  let publisher: Publisher;
  beforeEach(() => {
    steps = [];
    const database = {
      async write<T>(work: Work<T>) {
        const result = await work({} as EntityManager, () => ({ raw: undefined }));
        steps.push('commit');
        return result;
      },
    };
    const record = async (_: Transaction, invalidation: Invalidation) => {
      const id = steps.push(invalidation);
      return () => id;
    };
    const ledger = { record, pending: () => Promise.resolve([]), remove: () => Promise.resolve() };
    const invalidate = ({ id, invalidation }: { id: unknown; invalidation: Invalidation }) =>
      Promise.resolve(steps.push(['told', id, invalidation]) > 0);
    publisher = new Publisher({ database: database as unknown as Database, ledger, cache: { invalidate } });
  });

  it('records what a write has changed in its transaction, and tells it after', async () => {
    const change = articleChange(7, 3);
    expect(await publisher.write(async (_, tell) => (tell(change), 'made'))).toBe('made');
    expect(steps).toEqual([change, 'commit', ['told', 1, change]]);
  });

  it('tells of all that one transaction has changed', async () => {
    await publisher.write(async (_, tell) => {
      tell(tagChange(1, 1));
      tell(tagChange(2, 5));
    });
    const rows = [
      { key: 'tag:1', version: 1 },
      { key: 'tag:2', version: 5 },
    ];
    expect(steps[0]).toEqual({ rows, generations: ['tags', 'shown-tags'] });
  });

  it('tells nothing of a write that changed nothing, or failed', async () => {
    await publisher.write(async () => 'nothing');
    const failing = publisher.write(async (_, tell) => {
      tell(articleChange(1, 2));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(steps).toEqual(['commit']);
  });
});
