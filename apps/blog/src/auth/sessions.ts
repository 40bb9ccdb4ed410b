import { randomBytes } from 'node:crypto';
import { LessThanOrEqual, type EntityManager } from 'typeorm';
import type { Logger } from '#libs/observability';
import type { Clock } from '#libs/time';
import type { Database } from '../database/database.js';
import type { Account, User } from '../users/account.js';
import { AccountRow } from '../users/account.row.js';
import { addRefreshToken, hashRefreshToken, makeRefreshToken, useRefreshToken } from './refresh-token.js';
import { RefreshTokenRow } from './refresh-token.row.js';
import type { Revocations } from './revocations.js';
import { SessionRow } from './session.row.js';

const SESSION_OCTETS = 16;

/** What has ended is deleted at most so often, in milliseconds. */
const PRUNE_EACH_MS = 3_600_000;

export interface SessionsOptions {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a refresh token is good for, in milliseconds. */
  readonly lifetime: number;
}

/** Whose a session is. */
export interface Owner extends User {
  /** The id of the account. */
  readonly account: number;
}

/** A session that goes on. */
export interface Continued {
  readonly session: string;
  readonly user: User;
  /** What the next refresh takes. */
  readonly refreshToken: string;
}

const SELECT_OWNER =
  'SELECT a.id AS account, a.username AS name, a.role AS role ' +
  'FROM blog_session s JOIN blog_auth a ON a.id = s.account_id WHERE s.id = ? AND a.state = 1';

/**
 * Who is logged in. A session is a family of refresh tokens that follow one another: each is good once, and the whole
 * family ends when one is used again later, as a thief may be the one who holds the other (RFC 9700 section 4.14.2).
 */
export class Sessions {
  readonly #options: SessionsOptions;
  #pruned = -Infinity;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /**
   * Begins a session.
   *
   * @returns undefined when the account is no more what it was when its password was checked
   */
  async open(account: Account): Promise<Continued | undefined> {
    await this.#prune();
    const session = randomBytes(SESSION_OCTETS).toString('hex');
    const refreshToken = makeRefreshToken();
    const opened = await this.#options.database.write(async (manager) => {
      if (!(await lockAccount(manager, account))) return false;
      const [created_on, expires_on] = [this.#now(), this.#end()];
      await manager.insert(SessionRow, { id: session, account_id: account.id, created_on, expires_on });
      await addRefreshToken(manager, refreshToken, session, expires_on);
      return true;
    });
    return opened ? { session, user: account, refreshToken } : undefined;
  }

  /**
   * Takes a refresh token and gives its successor.
   *
   * @returns undefined when the token is not known, has ended, or was used before: then its session has ended with it
   */
  async refresh(token: string): Promise<Continued | undefined> {
    const session = await this.#sessionOf(token);
    if (session === undefined) return undefined;
    const result = await this.#options.database.write((manager) => this.#rotate(manager, token, session));
    if (result !== 'reused') return result;
    this.#options.log.warn({ session }, 'a refresh token was used again: its session is ended');
    await this.end(session);
    return undefined;
  }

  /** Whose a session is, as the account is now; undefined when it has ended. */
  async find(session: string): Promise<Owner | undefined> {
    const [owner] = await this.#options.database.select<Owner>(SELECT_OWNER, [session]);
    return owner;
  }

  /** Ends a session. One that has ended already stays so. */
  async end(session: string): Promise<void> {
    await this.#options.revocations.change((manager) => manager.delete(SessionRow, { id: session }));
  }

  /** Ends the session that a refresh token is of, if it is of one. */
  async endByRefreshToken(token: string): Promise<void> {
    const session = await this.#sessionOf(token);
    if (session !== undefined) await this.end(session);
  }

  async #rotate(manager: EntityManager, token: string, session: string): Promise<Continued | 'reused' | undefined> {
    const expires_on = this.#end();
    // First, so that whatever is done to a session takes turns, in one order: its row, then its tokens.
    await manager.update(SessionRow, { id: session }, { expires_on });
    const [user] = (await manager.query(SELECT_OWNER, [session])) as Owner[];
    if (!user) return undefined;
    const used = await useRefreshToken(manager, token, this.#options.clock.now());
    if (!used) return 'reused';
    if (used.isNew) await addRefreshToken(manager, used.successor, session, expires_on);
    return { session, user, refreshToken: used.successor };
  }

  async #sessionOf(token: string): Promise<string | undefined> {
    const sql = 'SELECT session_id FROM blog_refresh_token WHERE hash = ? AND expires_on > ?';
    const values = [hashRefreshToken(token), this.#now()];
    const [row] = await this.#options.database.select<{ session_id: string }>(sql, values);
    return row?.session_id;
  }

  /** Deletes what has ended: used tokens are only kept for as long as somebody could use them again. */
  async #prune(): Promise<void> {
    const { clock, database } = this.#options;
    if (clock.monotonic() - this.#pruned < PRUNE_EACH_MS) return;
    this.#pruned = clock.monotonic();
    const ended = { expires_on: LessThanOrEqual(this.#now()) };
    await database.write(async (manager) => {
      await manager.delete(SessionRow, ended);
      await manager.delete(RefreshTokenRow, ended);
    });
  }

  #now(): number {
    return Math.floor(this.#options.clock.now() / 1_000);
  }

  #end(): number {
    return this.#now() + Math.floor(this.#options.lifetime / 1_000);
  }
}

/** Ends all sessions of an account, within a change of `Revocations`. */
export async function endSessionsOf(manager: EntityManager, account_id: number): Promise<void> {
  await manager.delete(SessionRow, { account_id });
}

/** Keeps an account from being changed until the transaction ends, unless it has been changed by now. */
async function lockAccount(manager: EntityManager, { id, version }: Account): Promise<boolean> {
  // Changes nothing and takes the lock. How many rows it says it has changed differs between stores, so look.
  await manager.update(AccountRow, { id }, { version: () => 'version' });
  const sql = 'SELECT version FROM blog_auth WHERE id = ? AND state = 1';
  const [row] = (await manager.query(sql, [id])) as { version: number }[];
  return row?.version === version;
}
