import { Global, Module } from '@nestjs/common';
import { JwtSecretRequestType, JwtService, type JwtSignOptions } from '@nestjs/jwt';
import { Accounts } from '../users/accounts.js';
import { BLOG, type BlogParts } from '../parts.js';
import { AuthController } from './auth.controller.js';
import { KeysController } from './keys.controller.js';
import { Login } from './login.js';
import { LoginThrottle } from './login-throttle.js';
import { SessionController } from './session.controller.js';
import { Sessions } from './sessions.js';
import type { TokenKeys } from './token-keys.js';
import { ISSUER, Tokens } from './tokens.js';

@Global()
@Module({
  controllers: [AuthController, SessionController, KeysController],
  providers: [
    {
      provide: Sessions,
      inject: [BLOG],
      useFactory: ({ database, revocations, clock, log, config }: BlogParts) =>
        new Sessions({ database, revocations, clock, log, lifetime: config.auth.refresh_token_ttl }),
    },
    {
      provide: Tokens,
      inject: [BLOG, Sessions],
      useFactory: ({ keys, revocations, clock, config }: BlogParts, sessions: Sessions) =>
        new Tokens({
          ...{ jwt: jwtService(keys), keys, sessions, revocations, clock },
          lifetime: config.auth.access_token_ttl,
        }),
    },
    {
      provide: Accounts,
      inject: [BLOG],
      useFactory: ({ accounts }: BlogParts) => accounts,
    },
    {
      provide: Login,
      inject: [BLOG, Accounts, Sessions, Tokens],
      useFactory: (parts: BlogParts, accounts: Accounts, sessions: Sessions, tokens: Tokens) =>
        new Login({ accounts, sessions, tokens, throttle: loginThrottle(parts) }),
    },
  ],
  exports: [Accounts, Sessions, Tokens],
})
export class AuthModule {}

function loginThrottle({ limits: { attempts }, config: { limits } }: BlogParts): LoginThrottle {
  return new LoginThrottle({
    store: attempts,
    enabled: limits.enabled,
    accountFailures: limits.account_failures,
    networkFailures: limits.network_failures,
  });
}

/** Signs with the key that the options hold; verifies with the one that the token names, if it is one of ours. */
function jwtService(keys: TokenKeys): JwtService {
  const identity = { issuer: ISSUER, audience: ISSUER };
  return new JwtService({
    signOptions: { algorithm: keys.algorithm, ...identity },
    verifyOptions: { algorithms: [keys.algorithm], ...identity },
    secretOrKeyProvider: (request, token, options) => {
      if (request === JwtSecretRequestType.SIGN) return (options as JwtSignOptions).privateKey!;
      const key = keys.find(kidOf(token as string));
      if (!key) throw new Error('the token is signed with an unknown key');
      return key;
    },
  });
}

function kidOf(token: string): string {
  const { kid } = JSON.parse(Buffer.from(token.split('.', 1)[0]!, 'base64url').toString('utf8')) as { kid?: unknown };
  return typeof kid === 'string' ? kid : '';
}
