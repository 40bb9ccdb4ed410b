import { Problem } from '#libs/http';
import { BLOG_PROBLEMS } from '../problems.js';
import type { Account } from '../users/account.js';
import { userEtag, type Accounts } from '../users/accounts.js';
import { requireGoodPassword } from '../users/password-rules.js';
import type { Credentials, PasswordChange } from './credentials.js';
import type { Identity } from './identity.js';
import type { LoginThrottle } from './login-throttle.js';
import type { Sessions } from './sessions.js';
import { bearerChallenge, type TokenAnswer, type Tokens } from './tokens.js';

const BASIC_CHALLENGE = { 'www-authenticate': 'Basic realm="signpost", charset="UTF-8"' };

/** How a client may try again: with the dialogue of HTTP Basic, or by another body. */
export type LoginScheme = 'basic' | 'body';

export interface LoginOptions {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly throttle: LoginThrottle;
}

/** Turns a name and a password, or a refresh token, into tokens. */
export class Login {
  readonly #options: LoginOptions;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /**
   * @param credentials undefined when the request held none that could be right
   * @param network where they come from, as `networkOf` gives it
   * @throws Problem when they are wrong, when too many before were, or when too many are being checked
   */
  async logIn(credentials: Credentials | undefined, scheme: LoginScheme, network: string): Promise<TokenAnswer> {
    const { sessions, tokens } = this.#options;
    const account = credentials && (await this.#authenticate(credentials, network));
    const opened = account && (await sessions.open(account));
    if (opened) return tokens.issue(opened);
    throw wrongLogin(scheme === 'basic' ? BASIC_CHALLENGE : bearerChallenge());
  }

  /** @throws Problem when the refresh token is not good any more */
  async refresh(refreshToken: string): Promise<TokenAnswer> {
    const { sessions, tokens } = this.#options;
    const continued = await sessions.refresh(refreshToken);
    if (continued) return tokens.issue(continued);
    throw new Problem(BLOG_PROBLEMS.refreshTokenInvalid, { headers: bearerChallenge('invalid_token') });
  }

  /** Changes the user's own password and ends all their sessions. @throws Problem as `logIn`, and for a weak password */
  async changePassword({ name }: Identity, change: PasswordChange, network: string): Promise<void> {
    requireGoodPassword(change.new_password, name, '#/new_password');
    const account = await this.#authenticate({ username: name, password: change.old_password }, network);
    if (!account) throw wrongLogin(bearerChallenge());
    await this.#options.accounts.change(account.id, { password: change.new_password }, userEtag(account));
  }

  #authenticate({ username, password }: Credentials, network: string): Promise<Account | undefined> {
    const { accounts, throttle } = this.#options;
    return throttle.check({ username, network }, () => accounts.authenticate(username, password));
  }
}

function wrongLogin(headers: Record<string, string>): Problem {
  return new Problem(BLOG_PROBLEMS.wrongLogin, { headers });
}
