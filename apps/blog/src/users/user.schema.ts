import { z } from 'zod';
import { digits, pageOf, pageParameters } from '#libs/http';
import { id, unixSeconds } from '../fields.js';
import { PASSWORD_MAX, PASSWORD_MIN } from './password-rules.js';
import { USERNAME } from './username.js';

const username = z.string().regex(USERNAME, 'must be 1 to 50 of a-z, 0-9, dot, hyphen and underscore');
const password = z
  .string()
  .min(PASSWORD_MIN)
  .max(PASSWORD_MAX)
  .describe('Neither the name nor one of the passwords that are guessed first.');
const role = z.enum(['author', 'admin']).describe('An author changes what is theirs, an admin everything.');
const state = z.int().min(0).max(1).describe('1, or 0: the account is disabled.');

/** An account as it is answered: never with its password, nor the hash. */
export const userSchema = z
  .object({
    id,
    username: z.string(),
    role,
    state,
    created_on: unixSeconds,
    modified_on: unixSeconds,
    version: z.int().min(1),
  })
  .meta({
    id: 'User',
    examples: [
      {
        id: 2,
        username: 'ann',
        role: 'author',
        state: 1,
        created_on: 1767225600,
        modified_on: 1767225600,
        version: 1,
      },
    ],
  });

/** A new account. */
export const userInput = z
  .strictObject({ username, password, role: role.default('author'), state: state.default(1) })
  .meta({
    id: 'UserInput',
    examples: [{ username: 'ann', password: 'correct horse battery staple', role: 'author' }],
  });

/** A merge patch (RFC 7396) of an account: null takes a field back to its default. */
export const userPatch = z
  .strictObject({ password: password.optional(), role: role.nullish(), state: state.nullish() })
  .meta({ id: 'UserPatch', examples: [{ state: 0 }] });

export const userQuery = z.strictObject({
  ...pageParameters,
  username: username.optional(),
  role: role.optional(),
  state: digits(state.optional()),
});

export const userPage = pageOf(userSchema).meta({ id: 'UserPage' });

export type UserDetails = z.output<typeof userSchema>;
export type UserInput = z.output<typeof userInput>;
export type UserPatch = z.output<typeof userPatch>;
export type UserQuery = z.output<typeof userQuery>;
