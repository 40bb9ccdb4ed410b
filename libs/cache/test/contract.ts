import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry, Invalidation, Query } from '../src/entry.js';
import type { CacheStore, Claim, FillResult } from '../src/store.js';
import type { CacheTimes } from '../src/times.js';

/** A store under test. */
export interface Subject {
  readonly store: CacheStore;
  /** Lets so many milliseconds pass, for the store. */
  pass(ms: number): Promise<void>;
  /** Makes the store forget everything that it holds, without telling anybody. */
  lose(): Promise<void>;
  stop(): Promise<void>;
}

/** Times of a store under test, short as Redis keeps real time. */
export const TIMES: Pick<CacheTimes, 'tombstone' | 'load' | 'lease'> = { tombstone: 400, load: 250, lease: 150 };

/** Longer than a test takes, and shorter: for entries that stay, and for those that end. */
const LONG = 60_000;
const SHORT = 100;

/** Nobody is in a hurry here. */
const WAIT = 5_000;

export function anEntry(version: number, text = `version ${version}`): Entry {
  return { version, body: Buffer.from(text), etag: `"${version}"` };
}

export const absent: Entry = { version: 0, body: undefined, etag: '' };

export function written(key: string, version: number, ...generations: string[]): Invalidation {
  return { rows: [{ key, version }], generations };
}

const row: Query = { key: 'row:1' };
const list: Query = { key: 'list?page=1', within: ['rows', 'tags'] };

/** What every store does, whatever it is made of. */
export function describeStore(name: string, make: () => Promise<Subject>): void {
  describe(`${name}, as every store,`, () => {
    let subject: Subject;
    let store: CacheStore;
    beforeEach(async () => {
      subject = await make();
      ({ store } = subject);
    });
    afterEach(() => subject.stop());

    const get = (query: Query) => store.get(query, WAIT);
    const claim = (query: Query) => store.claim(query, WAIT);
    const fill = (right: Claim, entry: Entry, ttlMs = LONG): Promise<FillResult> => right.fill(entry, ttlMs, WAIT);
    const put = async (query: Query, entry: Entry, ttlMs = LONG) => fill(await claim(query), entry, ttlMs);

    it('holds nothing to begin with, and a claim is no answer', async () => {
      expect(await get(row)).toBeUndefined();
      await claim(row);
      expect(await get(row)).toBeUndefined();
    });

    it('gives back what was stored, octet for octet', async () => {
      const body = Buffer.from([0, 10, 13, 32, 255, 254, 10, 86]);
      const entry = { version: 2 ** 53 - 1, body, etag: '"9007199254740991-\u00e9"' };
      expect(await put(row, entry)).toBe('stored');
      expect(await get(row)).toEqual(entry);
      await put({ key: 'empty' }, { version: 1, body: Buffer.alloc(0), etag: '""' });
      expect(await get({ key: 'empty' })).toEqual({ version: 1, body: Buffer.alloc(0), etag: '""' });
    });

    it('keeps a copy: what the caller does with its buffer later changes nothing', async () => {
      const entry = anEntry(1);
      await put(row, entry);
      entry.body!.fill(0);
      expect(await get(row)).toEqual(anEntry(1));
    });

    it('remembers that there is no such row, until it is made', async () => {
      await put(row, absent);
      expect(await get(row)).toEqual(absent);
      await store.invalidate(written(row.key, 1));
      expect(await get(row)).toBeUndefined();
    });

    it('tells keys apart, and the same name of a key and of a generation', async () => {
      await put({ key: 'a', within: ['b'] }, anEntry(1));
      await put({ key: 'b' }, anEntry(2));
      await store.invalidate(written('b', 3));
      expect(await get({ key: 'a', within: ['b'] })).toEqual(anEntry(1));
      expect(await get({ key: 'b' })).toBeUndefined();
    });

    it('never goes back to an older version', async () => {
      const [early, late] = [await claim(row), await claim(row)];
      expect(await fill(late, anEntry(5))).toBe('stored');
      expect(await fill(early, anEntry(4))).toBe('older');
      expect(await fill(early, absent)).toBe('older');
      expect(await get(row)).toEqual(anEntry(5));
      expect(await fill(early, anEntry(5, 'the same version'))).toBe('stored');
      expect(await fill(early, anEntry(6))).toBe('stored');
    });

    it('gives nothing that is older than what is wanted', async () => {
      await put(row, anEntry(5));
      expect(await get({ ...row, minVersion: 5 })).toEqual(anEntry(5));
      expect(await get({ ...row, minVersion: 6 })).toBeUndefined();
    });

    it('tells who claims what has been stored meanwhile, if that is new enough', async () => {
      await put(row, anEntry(5));
      expect((await store.claim(row, WAIT)).first).toBe(false);
      expect((await store.claim({ ...row, minVersion: 6 }, WAIT)).first).toBe(true);
      await put(list, anEntry(0));
      await store.invalidate({ rows: [], generations: ['tags'] });
      expect((await store.claim(list, WAIT)).first).toBe(true);
    });

    it('refuses what was read before a write, and takes what was read after it', async () => {
      const before = await claim(row);
      await store.invalidate(written(row.key, 6));
      expect(await fill(before, anEntry(5))).toBe('void');
      expect(await fill(before, anEntry(6))).toBe('void');
      const after = await claim(row);
      expect(await fill(after, anEntry(5, 'from a replica that lags'))).toBe('older');
      expect(await fill(after, anEntry(6))).toBe('stored');
      expect(await get(row)).toEqual(anEntry(6));
    });

    it('drops what is older than a write, and keeps what is not', async () => {
      await put(row, anEntry(5));
      await store.invalidate(written(row.key, 4));
      await store.invalidate(written(row.key, 5));
      expect(await get(row)).toEqual(anEntry(5));
      await store.invalidate(written(row.key, 6));
      expect(await get(row)).toBeUndefined();
    });

    it('takes the same invalidations again, and late', async () => {
      await store.invalidate(written(row.key, 6));
      await put(row, anEntry(6));
      await store.invalidate(written(row.key, 5));
      await store.invalidate(written(row.key, 6));
      expect(await get(row)).toEqual(anEntry(6));
    });

    it('ends a list with either of its generations, and leaves other lists alone', async () => {
      const other: Query = { key: 'list of others', within: ['others'] };
      await put(other, anEntry(0));
      for (const generation of list.within!) {
        expect(await put(list, anEntry(0))).toBe('stored');
        expect(await get(list)).toEqual(anEntry(0));
        await store.invalidate({ rows: [], generations: [generation] });
        expect(await get(list)).toBeUndefined();
      }
      expect(await get(other)).toEqual(anEntry(0));
    });

    it('refuses a list that was read before a write', async () => {
      await put(list, anEntry(0));
      const before = await claim(list);
      await store.invalidate({ rows: [], generations: ['tags'] });
      const after = await claim(list);
      expect(await fill(before, anEntry(0, 'old'))).toBe('void');
      expect(await fill(after, anEntry(0, 'new'))).toBe('stored');
      expect(await get(list)).toEqual(anEntry(0, 'new'));
    });

    it('keeps the version of a row that shows another one, when that changes', async () => {
      const article: Query = { key: 'article:1', within: ['tags'] };
      const before = await claim(article);
      await put(article, anEntry(3, 'old tag'));
      await store.invalidate({ rows: [], generations: ['tags'] });
      expect(await get(article)).toBeUndefined();
      expect(await fill(before, anEntry(3, 'old tag'))).toBe('void');
      const after = await claim(article);
      expect(await fill(after, anEntry(2))).toBe('older');
      expect(await fill(after, anEntry(3, 'new tag'))).toBe('stored');
      expect(await get(article)).toEqual(anEntry(3, 'new tag'));
    });

    it('forgets an entry when its time is over', async () => {
      await put(row, anEntry(1), SHORT);
      await put(list, anEntry(0), SHORT);
      await subject.pass(SHORT);
      expect([await get(row), await get(list)]).toEqual([undefined, undefined]);
    });

    it('refuses who took too long', async () => {
      const slow = await claim(row);
      await subject.pass(TIMES.load);
      expect(await fill(slow, anEntry(1))).toBe('void');
    });

    it('refuses who slept longer than a tombstone lasts', async () => {
      await put(row, anEntry(5));
      const asleep = await claim(row);
      await store.invalidate(written(row.key, 6));
      await subject.pass(TIMES.tombstone);
      expect(await store.inspect(row)).toBeUndefined();
      expect(await fill(asleep, anEntry(5))).toBe('void');
      const next = await claim(row);
      expect(await fill(asleep, anEntry(5))).toBe('void');
      expect(await fill(next, anEntry(6))).toBe('stored');
    });

    it('refuses whose claim it has lost, with all that it knew', async () => {
      await put(list, anEntry(0));
      const [ofRow, ofList] = [await claim(row), await claim(list)];
      await store.invalidate(written(row.key, 2, 'rows'));
      await subject.lose();
      expect([await get(row), await get(list)]).toEqual([undefined, undefined]);
      expect([await fill(ofRow, anEntry(1)), await fill(ofList, anEntry(0))]).toEqual(['void', 'void']);
      await Promise.all([claim(row), claim(list)]);
      expect([await fill(ofRow, anEntry(1)), await fill(ofList, anEntry(0))]).toEqual(['void', 'void']);
    });

    it('drops a key for an operator, and what is being read for it', async () => {
      await put(row, anEntry(1));
      const before = await claim(row);
      await store.drop(row.key);
      expect(await get(row)).toBeUndefined();
      expect(await fill(before, anEntry(1))).toBe('void');
    });

    it('tells listeners of each invalidation, at once', async () => {
      const heard: Invalidation[] = [];
      store.listen({ onInvalidation: (invalidation) => heard.push(invalidation), onGap: () => {} });
      const delivery = store.invalidate(written('a', 2, 'rows'));
      expect(heard).toEqual([written('a', 2, 'rows')]);
      await delivery;
    });

    it('shows an operator what it knows of a key', async () => {
      expect(await store.inspect(list)).toBeUndefined();
      const first = await claim(list);
      expect(await store.inspect(list)).toMatchObject({ kind: 'mark', version: 0, current: false });
      await fill(first, anEntry(0, 'text'));
      expect(await store.inspect(list)).toMatchObject({ kind: 'value', etag: '"0"', octets: 4, current: true });
      expect((await store.inspect(list))!.ttlMs).toBeLessThanOrEqual(LONG);
      await store.invalidate({ rows: [], generations: ['rows'] });
      expect(await store.inspect(list)).toMatchObject({ kind: 'value', current: false });
      await put(row, absent);
      expect(await store.inspect(row)).toMatchObject({ kind: 'absent', octets: 0, current: true });
      await store.invalidate(written(row.key, 7));
      expect(await store.inspect(row)).toMatchObject({ kind: 'tombstone', version: 7, current: false });
    });
  });
}
