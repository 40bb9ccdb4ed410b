import { Body, Controller, Header, Headers, HttpCode, Inject, Ip, Post, Put, Query, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import { AcceptGuard, ApiProblems, HTTP_PROBLEMS, networkOf } from '#libs/http';
import { noQuery } from '../fields.js';
import { BLOG_PROBLEMS, BODY_PROBLEMS, TOKEN_PROBLEMS } from '../problems.js';
import { Asker } from './asker.decorator.js';
import {
  logoutSchema,
  passwordChangeSchema,
  refreshSchema,
  tokenSchema,
  type PasswordChange,
  type Refresh,
} from './credentials.js';
import type { Identity } from './identity.js';
import { Login } from './login.js';
import { Sessions } from './sessions.js';
import { requireToken, TokenGuard } from './token.guard.js';
import { Tokens, type TokenAnswer } from './tokens.js';

@ApiTags('auth')
@Controller('auth')
export class SessionController {
  constructor(
    @Inject(Login) private readonly login: Login,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Tokens) private readonly tokens: Tokens,
  ) {}

  @Post('refresh')
  @HttpCode(200)
  @UseGuards(AcceptGuard)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Get new tokens',
    description:
      'A refresh token is good once. For 10 s it gets the same successor again; used later, it ends the session.',
  })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiOkResponse({ standardSchema: tokenSchema, description: 'The next tokens of the session.' })
  @ApiProblems(
    ...BODY_PROBLEMS,
    BLOG_PROBLEMS.refreshTokenInvalid,
    HTTP_PROBLEMS.notAcceptable,
    HTTP_PROBLEMS.tooManyRequests,
  )
  refresh(
    @Body({ schema: refreshSchema }) { refresh_token }: Refresh,
    @Query({ schema: noQuery }) _query: object,
  ): Promise<TokenAnswer> {
    return this.login.refresh(refresh_token);
  }

  @Post('logout')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End the session',
    description: 'That of the access token or, when one is sent, of the refresh token.',
  })
  @ApiSecurity({})
  @ApiBearerAuth('token')
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ required: false, schema: { $ref: '#/components/schemas/Refresh' } })
  @ApiNoContentResponse({ description: 'It has ended: none of its tokens is good any more.' })
  @ApiProblems(...BODY_PROBLEMS, ...TOKEN_PROBLEMS)
  async logOut(
    @Headers('authorization') authorization: string | undefined,
    @Body({ schema: logoutSchema }) body: Refresh | undefined,
    @Query({ schema: noQuery }) _query: object,
  ): Promise<void> {
    // An access token may have ended already, and a refresh token that is unknown is one of a session that has (RFC 7009).
    if (body) return this.sessions.endByRefreshToken(body.refresh_token);
    const { session } = await this.tokens.verify(requireToken(authorization));
    return this.sessions.end(session);
  }

  @Put('password')
  @HttpCode(204)
  @UseGuards(TokenGuard)
  @ApiBearerAuth('token')
  @ApiOperation({ summary: 'Change your own password' })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiNoContentResponse({ description: 'It is changed, and all sessions of the account have ended.' })
  @ApiProblems(...BODY_PROBLEMS, ...TOKEN_PROBLEMS, BLOG_PROBLEMS.wrongLogin, HTTP_PROBLEMS.unavailable)
  async changePassword(
    @Body({ schema: passwordChangeSchema }) change: PasswordChange,
    @Query({ schema: noQuery }) _query: object,
    @Asker() user: Identity,
    @Ip() address: string,
  ): Promise<void> {
    await this.login.changePassword(user, change, networkOf(address));
  }
}
