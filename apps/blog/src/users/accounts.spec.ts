import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, tempFolder } from '#libs/testing';
import { Revocations } from '../auth/revocations.js';
import type { Database } from '../database/database.js';
import { openDatabase } from '../database/open.js';
import { Accounts } from './accounts.js';
import { ensureAdmin } from './first-admin.js';
import { Passwords } from './passwords.js';

let folder: ReturnType<typeof tempFolder>;
let database: Database;
let accounts: Accounts;
/** How often a hash was computed. */
let computed: number;

beforeEach(async () => {
  folder = tempFolder();
  database = await openDatabase(`sqlite:${join(folder.path, 'blog.sqlite')}`);
  const clock = new FakeClock();
  const passwords = new Passwords({
    derive: (message, _salt, _cost, tagLength) => {
      computed += 1;
      return Promise.resolve(Buffer.alloc(tagLength, message));
    },
  });
  accounts = new Accounts({ database, revocations: new Revocations({ database, clock }), clock, passwords });
  await accounts.add({ username: 'ann', password: 'ann-password', role: 'author', state: 1 });
  await accounts.add({ username: 'off', password: 'off-password', role: 'author', state: 0 });
  computed = 0;
});
afterEach(async () => {
  await database.close();
  folder.remove();
});

describe('authenticate', () => {
  it.each([
    ['a right password', 'ann', 'ann-password', 'ann'],
    ['a wrong password', 'ann', 'wrong', undefined],
    ['an unknown name', 'nobody', 'ann-password', undefined],
    ['a disabled account', 'off', 'off-password', undefined],
    ['a name that none can have', 'Ann', 'ann-password', undefined],
    ['no name', '', 'ann-password', undefined],
  ])('computes one hash for %s', async (_, username, password, name) => {
    expect((await accounts.authenticate(username, password))?.name).toBe(name);
    expect(computed).toBe(1);
  });
});

describe('ensureAdmin', () => {
  it('makes one account when several start at once, and tells its password alone', async () => {
    const told = await Promise.all(Array.from({ length: 5 }, () => ensureAdmin(accounts, '')));
    const [account] = told.filter((one) => one !== undefined);
    expect(told.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await accounts.authenticate(account!.name, account!.password)).toMatchObject({
      ...{ name: 'admin', role: 'admin' },
    });
    expect(await ensureAdmin(accounts, '')).toBeUndefined();
  });
});
