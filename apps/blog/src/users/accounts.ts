import { randomBytes } from 'node:crypto';
import type { Clock } from '#libs/time';
import { isUniqueViolation, type Database } from '../database/database.js';
import { AccountRow } from './account.row.js';
import type { Role, User } from './account.js';
import type { Passwords } from './passwords.js';

export const ADMIN = 'admin';
const RANDOM_PASSWORD_OCTETS = 15;

export interface AccountsOptions {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

type Stored = Pick<AccountRow, 'username' | 'password' | 'role'>;

/** The accounts of those who write. */
export class Accounts {
  constructor(private readonly options: AccountsOptions) {}

  /**
   * Whose name and password these are. Takes as long for a name that is not known.
   *
   * @returns undefined for a wrong name, a wrong password and a disabled account alike
   * @throws PasswordsBusyError when too many passwords wait to be checked
   */
  async authenticate(username: string, password: string): Promise<User | undefined> {
    const { database, passwords } = this.options;
    const [account] = await database.select<Stored>(
      'SELECT username, password, role FROM blog_auth WHERE username = ? AND state = 1',
      [username],
    );
    const right = await passwords.verify(password, account?.password);
    return account && right ? { name: account.username, role: account.role } : undefined;
  }

  /** Adds an account. @returns false when the name is taken */
  async add(username: string, password: string, role: Role): Promise<boolean> {
    const { database, passwords, clock } = this.options;
    const hash = await passwords.hash(password);
    const now = Math.floor(clock.now() / 1_000);
    const row = { username, password: hash, role, state: 1, created_on: now, modified_on: now, version: 1 };
    try {
      await database.write((manager) => manager.insert(AccountRow, row));
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /**
   * Makes the account `admin` unless there is one, so that somebody can log in to a new blog.
   *
   * @param password empty for a random one
   * @returns the password when it was made up: it is stored nowhere, so whoever started the program must be told now
   */
  async ensureAdmin(password: string): Promise<{ name: string; password: string } | undefined> {
    const known = await this.options.database.select('SELECT id FROM blog_auth WHERE username = ?', [ADMIN]);
    if (known.length > 0) return undefined;
    const chosen = password || randomBytes(RANDOM_PASSWORD_OCTETS).toString('base64url');
    const added = await this.add(ADMIN, chosen, 'admin');
    return added && !password ? { name: ADMIN, password: chosen } : undefined;
  }
}
