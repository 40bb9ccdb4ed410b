import { Body, Controller, Get, Header, Headers, HttpCode, Inject, Ip, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBasicAuth, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AcceptGuard, ApiProblems, HTTP_PROBLEMS, networkOf } from '#libs/http';
import { BLOG_PROBLEMS, BODY_PROBLEMS } from '../problems.js';
import { authQuery, credentialsSchema, parseBasic, tokenSchema, type Credentials } from './credentials.js';
import { Login } from './login.js';
import type { TokenAnswer } from './tokens.js';

/** What every check of a password may answer. */
const LOGIN_PROBLEMS = [
  BLOG_PROBLEMS.wrongLogin,
  HTTP_PROBLEMS.notAcceptable,
  HTTP_PROBLEMS.tooManyRequests,
  HTTP_PROBLEMS.unavailable,
];

@ApiTags('auth')
@UseGuards(AcceptGuard)
@Controller('auth')
export class AuthController {
  constructor(@Inject(Login) private readonly login: Login) {}

  @Get()
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Log in with HTTP Basic' })
  @ApiBasicAuth('password')
  @ApiOkResponse({ standardSchema: tokenSchema, description: 'Tokens of a new session.' })
  @ApiProblems(HTTP_PROBLEMS.malformedRequest, ...LOGIN_PROBLEMS)
  withBasic(
    @Query({ schema: authQuery }) _query: object,
    @Headers('authorization') authorization: string | undefined,
    @Ip() address: string,
  ): Promise<TokenAnswer> {
    return this.login.logIn(parseBasic(authorization), 'basic', networkOf(address));
  }

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Log in with a name and a password' })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiOkResponse({ standardSchema: tokenSchema, description: 'Tokens of a new session.' })
  @ApiProblems(...BODY_PROBLEMS, ...LOGIN_PROBLEMS)
  withBody(
    @Ip() address: string,
    @Body({ schema: credentialsSchema }) credentials: Credentials,
    // Last, as Nest validates the last parameter first: who sends them here should hear of it, not of a missing body.
    @Query({ schema: authQuery }) _query: object,
  ): Promise<TokenAnswer> {
    return this.login.logIn(credentials, 'body', networkOf(address));
  }
}
