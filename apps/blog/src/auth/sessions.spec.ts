import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { STORES, TestDatabase } from '../../test/databases.js';
import type { Database } from '../database/database.js';
import { openDatabase } from '../database/open.js';
import type { Account } from '../users/account.js';
import { Accounts } from '../users/accounts.js';
import { Passwords } from '../users/passwords.js';
import { Revocations } from './revocations.js';
import { Sessions } from './sessions.js';

const DAY_MS = 24 * 3_600_000;

describe.each(STORES)('on %s,', (store) => {
  let storage: TestDatabase;
  let database: Database;
  let clock: FakeClock;
  let accounts: Accounts;
  let sessions: Sessions;
  let ann: Account;
  let warnings: string;

  beforeEach(async () => {
    storage = await TestDatabase.create(store);
    database = await openDatabase(storage.url);
    clock = new FakeClock();
    warnings = '';
    const revocations = new Revocations({ database, clock });
    const log = pino({}, { write: (line: string) => void (warnings += line) });
    accounts = new Accounts({ database, revocations, clock, passwords: new Passwords() });
    sessions = new Sessions({ database, revocations, clock, log, lifetime: 30 * DAY_MS });
    await accounts.add({ username: 'ann', password: 'ann-password', role: 'author', state: 1 });
    ann = (await accounts.authenticate('ann', 'ann-password'))!;
  });
  afterEach(async () => {
    await database.close();
    storage.remove();
  });

  async function count(table: string): Promise<number> {
    const [row] = await database.select<{ total: number }>(`SELECT COUNT(*) AS total FROM ${table}`);
    return Number(row!.total);
  }

  describe('a login that is overtaken', () => {
    it.each([
      ['a new password', () => accounts.change(ann.id, { password: 'another password' }, '*')],
      ['the end of the account', () => accounts.change(ann.id, { state: 0 }, '*')],
      ['its deletion', () => accounts.remove(ann.id, '*')],
    ])('by %s opens no session', async (_, overtake) => {
      await overtake();
      expect(await sessions.open(ann)).toBeUndefined();
      expect(await count('blog_session')).toBe(0);
    });
  });

  describe('a change of an account', () => {
    it('leaves no session that was opened at the same time', async () => {
      for (let n = 0; n < 20; n += 1) {
        const logins = Array.from({ length: 8 }, () => sessions.open(ann));
        await Promise.all([...logins, accounts.change(ann.id, { state: 0 }, '*')]);
        expect(await count('blog_session')).toBe(0);
        const { version } = await accounts.change(ann.id, { state: 1 }, '*');
        ann = { ...ann, version };
      }
      expect(await sessions.open(ann)).toBeDefined();
    });
  });

  describe('a session', () => {
    it('is of the account as it is now', async () => {
      const { session, refreshToken } = (await sessions.open(ann))!;
      await accounts.add({ username: 'root', password: 'root-password', role: 'admin', state: 1 });
      await accounts.change(ann.id, { role: 'admin' }, '*');
      const owner = { account: ann.id, name: 'ann', role: 'admin' };
      expect(await sessions.find(session)).toEqual(owner);
      expect((await sessions.refresh(refreshToken))?.user).toEqual(owner);
      await accounts.change(ann.id, { state: 0 }, '*');
      await accounts.change(ann.id, { state: 1 }, '*');
      expect(await sessions.find(session)).toBeUndefined();
    });

    it('that ends for a token used twice is told to the log, without the token', async () => {
      const { session, refreshToken } = (await sessions.open(ann))!;
      await sessions.refresh(refreshToken);
      expect(warnings).toBe('');
      await clock.advance(10_001);
      await sessions.refresh(refreshToken);
      expect(JSON.parse(warnings)).toMatchObject({
        session,
        msg: 'a refresh token was used again: its session is ended',
      });
      expect(warnings).not.toContain(refreshToken);
    });

    it('leaves nothing behind when it has ended, nor do its tokens', async () => {
      const first = (await sessions.open(ann))!;
      await clock.advance(20 * DAY_MS);
      await sessions.refresh(first.refreshToken);
      expect([await count('blog_session'), await count('blog_refresh_token')]).toEqual([1, 2]);
      await clock.advance(10 * DAY_MS);
      await sessions.open(ann);
      expect([await count('blog_session'), await count('blog_refresh_token')]).toEqual([2, 2]);
      await clock.advance(30 * DAY_MS);
      await sessions.open(ann);
      expect([await count('blog_session'), await count('blog_refresh_token')]).toEqual([1, 1]);
    });
  });
});
