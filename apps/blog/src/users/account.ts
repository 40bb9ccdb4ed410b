/** What an account may do: an author changes what is theirs, an admin everything. */
export type Role = 'admin' | 'author';

/** Who asks, as the token says. */
export interface User {
  readonly name: string;
  readonly role: Role;
}

/** A user with a row in the table of accounts. */
export interface Account extends User {
  readonly id: number;
  /** Grows by one with each change. */
  readonly version: number;
}

/** Whoever asks without a token. */
export const ANONYMOUS = undefined;

/** Who asks: a user, or nobody known. */
export type Viewer = User | typeof ANONYMOUS;
