import { Global, Module } from '@nestjs/common';
import { JwtSecretRequestType, JwtService } from '@nestjs/jwt';
import { Accounts } from '../users/accounts.js';
import { BLOG, type BlogParts } from '../parts.js';
import { AuthController } from './auth.controller.js';
import { Login } from './login.js';
import type { SigningKeys } from './signing-keys.js';
import { ALGORITHM, ISSUER, Tokens } from './tokens.js';

@Global()
@Module({
  controllers: [AuthController],
  providers: [
    {
      provide: Tokens,
      inject: [BLOG],
      useFactory: ({ keys, clock, config }: BlogParts) =>
        new Tokens({ jwt: jwtService(keys), keys, clock, lifetime: config.auth.access_token_ttl }),
    },
    {
      provide: Accounts,
      inject: [BLOG],
      useFactory: ({ accounts }: BlogParts) => accounts,
    },
    {
      provide: Login,
      inject: [Accounts, Tokens],
      useFactory: (accounts: Accounts, tokens: Tokens) => new Login(accounts, tokens),
    },
  ],
  exports: [Accounts, Tokens],
})
export class AuthModule {}

/** Signs with the newest key; verifies with the one that the token names, if it is one of ours. */
function jwtService(keys: SigningKeys): JwtService {
  const identity = { issuer: ISSUER, audience: ISSUER };
  return new JwtService({
    signOptions: { algorithm: ALGORITHM, ...identity },
    verifyOptions: { algorithms: [ALGORITHM], ...identity },
    secretOrKeyProvider: (request, token) => {
      if (request === JwtSecretRequestType.SIGN) return keys.current.privateKey;
      const key = keys.find(kidOf(token as string));
      if (!key) throw new Error('the token is signed with an unknown key');
      return key.publicKey;
    },
  });
}

function kidOf(token: string): string {
  const { kid } = JSON.parse(Buffer.from(token.split('.', 1)[0]!, 'base64url').toString('utf8')) as { kid?: unknown };
  return typeof kid === 'string' ? kid : '';
}
