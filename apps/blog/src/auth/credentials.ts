import { z } from 'zod';
import { PASSWORD_MAX, PASSWORD_MIN } from '../users/password-rules.js';

const USERNAME_MAX = 50;
/** Longer than any that was issued. */
const REFRESH_TOKEN_MAX = 100;

/** The body of POST /auth. Which names there can be is not said here: a name that is none is a wrong login. */
export const credentialsSchema = z
  .strictObject({ username: z.string().min(1).max(USERNAME_MAX), password: z.string().min(1).max(PASSWORD_MAX) })
  .meta({ id: 'Credentials', examples: [{ username: 'admin', password: 'correct horse battery staple' }] });

export type Credentials = z.output<typeof credentialsSchema>;

/** What `/auth` answers. */
export const tokenSchema = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().min(1).describe('Seconds.'),
    refresh_token: z.string().describe('Gets the next tokens at /auth/refresh, once.'),
  })
  .meta({
    id: 'Token',
    examples: [
      {
        access_token: 'eyJhbGciOi...',
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: 'h7Yk0hVGZtqLQ1mOw3VWcZ8Qn9dMeTgF1iVbRz2yK4s',
      },
    ],
  });

/** The body of POST /auth/refresh. */
export const refreshSchema = z
  .strictObject({ refresh_token: z.string().min(1).max(REFRESH_TOKEN_MAX) })
  .meta({ id: 'Refresh', examples: [{ refresh_token: 'h7Yk0hVGZtqLQ1mOw3VWcZ8Qn9dMeTgF1iVbRz2yK4s' }] });

/** The body of POST /auth/logout: none, or a refresh token of the session that ends. */
export const logoutSchema = refreshSchema.optional();

/** The body of PUT /auth/password. */
export const passwordChangeSchema = z
  .strictObject({
    old_password: z.string().min(1).max(PASSWORD_MAX),
    new_password: z.string().min(PASSWORD_MIN).max(PASSWORD_MAX),
  })
  .meta({
    id: 'PasswordChange',
    examples: [{ old_password: 'correct horse battery staple', new_password: 'another correct horse' }],
  });

export type Refresh = z.output<typeof refreshSchema>;
export type PasswordChange = z.output<typeof passwordChangeSchema>;

/**
 * The name and password of an `Authorization: Basic` header (RFC 7617).
 *
 * @returns undefined for a header that is none, or holds what no account can have
 */
export function parseBasic(header: string | undefined): Credentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const parsed = credentialsSchema.safeParse({
    username: text.slice(0, Math.max(colon, 0)),
    password: text.slice(colon + 1),
  });
  return parsed.data;
}

/**
 * The token of an `Authorization` header: `Bearer TOKEN`, or the token alone as older clients send it.
 *
 * @returns undefined for a header of another scheme
 */
export function parseBearer(header: string): string | undefined {
  return /^(?:bearer +)?([A-Za-z0-9._~+/-]+=*) *$/i.exec(header)?.[1];
}

const IN_QUERY = 'must not stand in the address, which logs keep: use HTTP Basic, or POST it in the body';

/** The query of `/auth`: none, with a hint for those who send there what older clients did. */
export const authQuery = z.looseObject({}).superRefine((query, context) => {
  for (const name of Object.keys(query)) {
    const message = name === 'username' || name === 'password' ? IN_QUERY : 'is not known here';
    context.addIssue({ code: 'custom', path: [name], message });
  }
});
