import { HTTP_PROBLEMS, Problem } from '#libs/http';
import { BLOG_PROBLEMS } from '../problems.js';
import type { Accounts } from '../users/accounts.js';
import { PasswordsBusyError } from '../users/passwords.js';
import type { Credentials } from './credentials.js';
import { bearerChallenge, type TokenAnswer, type Tokens } from './tokens.js';

const BASIC_CHALLENGE = { 'www-authenticate': 'Basic realm="signpost", charset="UTF-8"' };

/** How a client may try again: with the dialogue of HTTP Basic, or by another body. */
export type LoginScheme = 'basic' | 'body';

/** Turns a name and a password into a token. */
export class Login {
  constructor(
    private readonly accounts: Accounts,
    private readonly tokens: Tokens,
  ) {}

  /**
   * @param credentials undefined when the request held none that could be right
   * @throws Problem when they are wrong, or when too many are being checked
   */
  async logIn(credentials: Credentials | undefined, scheme: LoginScheme): Promise<TokenAnswer> {
    const user = credentials && (await this.authenticate(credentials));
    if (user) return this.tokens.issue(user);
    const headers = scheme === 'basic' ? BASIC_CHALLENGE : bearerChallenge();
    throw new Problem(BLOG_PROBLEMS.wrongLogin, { headers });
  }

  private async authenticate({ username, password }: Credentials) {
    try {
      return await this.accounts.authenticate(username, password);
    } catch (error) {
      if (!(error instanceof PasswordsBusyError)) throw error;
      throw new Problem(HTTP_PROBLEMS.unavailable, {
        detail: error.message,
        headers: { 'retry-after': '1' },
        cause: error,
      });
    }
  }
}
