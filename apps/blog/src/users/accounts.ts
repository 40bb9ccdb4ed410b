import type { EntityManager } from 'typeorm';
import { buildEtag, HTTP_PROBLEMS, Problem, requireMatch, type Page } from '#libs/http';
import type { Clock } from '#libs/time';
import { allOf, equals } from '../access.js';
import type { Revocations } from '../auth/revocations.js';
import { endSessionsOf } from '../auth/sessions.js';
import { isUniqueViolation, type Database } from '../database/database.js';
import { BLOG_PROBLEMS } from '../problems.js';
import { nothingAlongside, type Alongside } from '../writes.js';
import { AccountRow } from './account.row.js';
import type { Account } from './account.js';
import type { Passwords } from './passwords.js';
import type { UserDetails, UserInput, UserPatch, UserQuery } from './user.schema.js';
import { USERNAME } from './username.js';

export interface AccountsOptions {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

const COLUMNS = 'id, username, role, state, created_on, modified_on, version';

/** The accounts of those who write. */
export class Accounts {
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /**
   * Whose name and password these are. Takes as long for a name that is not known.
   *
   * @returns undefined for a wrong name, a wrong password and a disabled account alike
   * @throws Problem when too many passwords wait to be checked
   */
  async authenticate(username: string, password: string): Promise<Account | undefined> {
    const { database, passwords } = this.#options;
    const sql = 'SELECT id, username AS name, password, role, version FROM blog_auth WHERE username = ? AND state = 1';
    // What cannot be a name is not looked up: a store may take `Ann` for `ann`.
    const known = USERNAME.test(username) ? [username] : [''];
    const [row] = await database.select<Account & { password: string }>(sql, known);
    if (!(await passwords.verify(password, row?.password)) || !row) return undefined;
    const { id, name, role, version } = row;
    return { id, name, role, version };
  }

  /** A page of the accounts, oldest first. */
  async list({ page, page_size, username, role, state }: UserQuery): Promise<Page<UserDetails>> {
    const { database } = this.#options;
    const conditions = [...equals('username', username), ...equals('role', role), ...equals('state', state)];
    const { sql, values } = allOf([{ sql: '1 = 1', values: [] }, ...conditions]);
    const items = await database.select<UserDetails>(
      `SELECT ${COLUMNS} FROM blog_auth WHERE ${sql} ORDER BY id LIMIT ? OFFSET ?`,
      [...values, page_size, (page - 1) * page_size],
    );
    const [count] = await database.select<{ total: number }>(
      `SELECT COUNT(*) AS total FROM blog_auth WHERE ${sql}`,
      values,
    );
    return { items, page, page_size, total: count!.total };
  }

  /** @throws Problem when there is none */
  async read(id: number): Promise<UserDetails> {
    const [user] = await this.#options.database.select<UserDetails>(`SELECT ${COLUMNS} FROM blog_auth WHERE id = ?`, [
      id,
    ]);
    return required(user);
  }

  /** The account of a name, if there is one. */
  async named(username: string): Promise<UserDetails | undefined> {
    const { items } = await this.list({ page: 1, page_size: 1, username });
    return items.find((user) => user.username === username);
  }

  /** Whether the account of a name, disabled or not, has this password. @throws Problem when too many wait to be checked */
  async hasPassword(username: string, password: string): Promise<boolean> {
    const { database, passwords } = this.#options;
    const sql = 'SELECT password FROM blog_auth WHERE username = ?';
    const [row] = await database.select<{ password: string }>(sql, [username]);
    return passwords.verify(password, row?.password);
  }

  /** Adds an account. @throws Problem when the name is taken, or too many passwords wait */
  async add(
    { username, password, role, state }: UserInput,
    alongside: Alongside<UserDetails> = nothingAlongside,
  ): Promise<UserDetails> {
    const { database, passwords } = this.#options;
    const hash = await passwords.hash(password);
    const now = this.#now();
    const row = { username, password: hash, role, state, created_on: now, modified_on: now, version: 1 };
    try {
      return await database.write(async (manager) => {
        const { identifiers } = await manager.insert(AccountRow, row);
        const user = await find(manager, identifiers[0]!['id'] as number);
        await alongside(manager, user);
        return user;
      });
    } catch (error) {
      throw isUniqueViolation(error) ? new Problem(BLOG_PROBLEMS.userExists, { cause: error }) : error;
    }
  }

  /**
   * Changes what is given of an account. A new password ends its sessions, and so does disabling it.
   *
   * @param ifMatch the header `If-Match`
   * @throws Problem when there is none, when it has changed, or when no admin would be left
   */
  async change(id: number, { password, role, state }: UserPatch, ifMatch: string | undefined): Promise<UserDetails> {
    const hash = password === undefined ? undefined : await this.#options.passwords.hash(password);
    return this.#options.revocations.change(async (manager) => {
      const user = await findForChange(manager, id, ifMatch);
      const fields = {
        ...(hash !== undefined && { password: hash }),
        ...(role !== undefined && { role: role ?? 'author' }),
        ...(state !== undefined && { state: state ?? 1 }),
      };
      await this.#update(manager, user, fields);
      if (hash !== undefined || fields.state === 0) await endSessionsOf(manager, id);
      await requireAdmin(manager, user);
      return find(manager, id);
    });
  }

  /** Deletes an account and ends its sessions. What it has written stays. @throws Problem as `change` does */
  async remove(id: number, ifMatch: string | undefined): Promise<void> {
    await this.#options.revocations.change(async (manager) => {
      const user = await findForChange(manager, id, ifMatch);
      const { affected } = await manager.delete(AccountRow, { id, version: user.version });
      if (affected !== 1) throw new Problem(HTTP_PROBLEMS.preconditionFailed);
      await endSessionsOf(manager, id);
      await requireAdmin(manager, user);
    });
  }

  /** Writes the next version of an account, unless somebody else has by now. */
  async #update(manager: EntityManager, { id, version }: UserDetails, fields: Partial<AccountRow>): Promise<void> {
    const next = { ...fields, modified_on: this.#now(), version: version + 1 };
    const { affected } = await manager.update(AccountRow, { id, version }, next);
    if (affected !== 1) throw new Problem(HTTP_PROBLEMS.preconditionFailed);
  }

  #now(): number {
    return Math.floor(this.#options.clock.now() / 1_000);
  }
}

/** The entity tag of an account: it changes with each version. */
export function userEtag({ id, version }: Pick<UserDetails, 'id' | 'version'>): string {
  return buildEtag(id, version);
}

async function find(manager: EntityManager, id: number): Promise<UserDetails> {
  const [user] = (await manager.query(`SELECT ${COLUMNS} FROM blog_auth WHERE id = ?`, [id])) as UserDetails[];
  return required(user);
}

async function findForChange(manager: EntityManager, id: number, ifMatch: string | undefined): Promise<UserDetails> {
  const user = await find(manager, id);
  requireMatch(ifMatch, userEtag(user));
  return user;
}

/** Holds a change of an account to leaving somebody who looks after them. */
async function requireAdmin(manager: EntityManager, before: UserDetails): Promise<void> {
  if (before.role !== 'admin' || before.state !== 1) return;
  const sql = "SELECT COUNT(*) AS admins FROM blog_auth WHERE role = 'admin' AND state = 1";
  const [left] = (await manager.query(sql)) as [{ admins: number | string }];
  if (Number(left.admins) === 0) throw new Problem(BLOG_PROBLEMS.lastAdmin);
}

function required(user: UserDetails | undefined): UserDetails {
  if (!user) throw new Problem(BLOG_PROBLEMS.noSuchUser);
  return user;
}
