/** What an account may do: an author changes what is theirs, an admin everything. */
export type Role = 'admin' | 'author';

/** Who asks, as the token says. */
export interface User {
  readonly name: string;
  readonly role: Role;
}

/** Whoever asks without a token. */
export const ANONYMOUS = undefined;

/** Who asks: a user, or nobody known. */
export type Viewer = User | typeof ANONYMOUS;
