import type { User } from '../users/account.js';

/** Who a token is for, and the session that it is of. */
export interface Identity extends User {
  /** The id of the account. */
  readonly account: number;
  readonly session: string;
}
