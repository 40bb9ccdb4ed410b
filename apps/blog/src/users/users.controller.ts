import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AcceptGuard, ApiProblems, buildPageLinks, HTTP_PROBLEMS, IF_MATCH, Problem, type Page } from '#libs/http';
import { AdminGuard } from '../auth/admin.guard.js';
import { Asker } from '../auth/asker.decorator.js';
import { TokenGuard } from '../auth/token.guard.js';
import { idParameter, noQuery, type IdParameter } from '../fields.js';
import type { Answers } from '../idempotency/answers.js';
import { IDEMPOTENCY_KEY, parseIdempotencyKey } from '../idempotency/idempotency-key.js';
import { BLOG, type BlogParts } from '../parts.js';
import { BLOG_PROBLEMS, BODY_PROBLEMS, CREATE_PROBLEMS, READ_PROBLEMS, TOKEN_PROBLEMS } from '../problems.js';
import { readQuery, requireVersion, type ReadQuery } from '../reads.js';
import { createdAnswer, readHeaders, sendAnswer, unlessKnown, writeHeaders } from '../reply.js';
import type { User } from './account.js';
import { Accounts, userEtag } from './accounts.js';
import { requireGoodPassword } from './password-rules.js';
import {
  userInput,
  userPage,
  userPatch,
  userQuery,
  userSchema,
  type UserDetails,
  type UserInput,
  type UserPatch,
  type UserQuery,
} from './user.schema.js';

const PATH = 'api/v1/users';

/** What every change of an account may answer. */
const USER_CHANGE_PROBLEMS = [
  ...TOKEN_PROBLEMS,
  BLOG_PROBLEMS.adminsOnly,
  BLOG_PROBLEMS.noSuchUser,
  BLOG_PROBLEMS.lastAdmin,
  HTTP_PROBLEMS.notAcceptable,
  HTTP_PROBLEMS.preconditionFailed,
  HTTP_PROBLEMS.preconditionRequired,
];

@ApiTags('users')
@ApiBearerAuth('token')
@UseGuards(AcceptGuard, TokenGuard, AdminGuard)
@Controller(PATH)
export class UsersController {
  private readonly answers: Answers;

  constructor(
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(BLOG) { answers }: BlogParts,
  ) {
    this.answers = answers;
  }

  @Get()
  @ApiOperation({ summary: 'List accounts' })
  @ApiOkResponse({ standardSchema: userPage, description: 'A page of accounts, oldest first.' })
  @ApiProblems(...READ_PROBLEMS, BLOG_PROBLEMS.adminsOnly)
  async list(
    @Query({ schema: userQuery }) query: UserQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<UserDetails>> {
    const page = await this.accounts.list(query);
    readHeaders(reply);
    void reply.header('link', buildPageLinks(request.url, page));
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read an account' })
  @ApiOkResponse({ standardSchema: userSchema, description: 'The account.' })
  @ApiProblems(...READ_PROBLEMS, BLOG_PROBLEMS.adminsOnly, BLOG_PROBLEMS.noSuchUser, BLOG_PROBLEMS.olderVersion)
  async read(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: readQuery }) query: ReadQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserDetails | undefined> {
    const user = await this.accounts.read(id);
    requireVersion(user, query);
    return unlessKnown(reply, user, userEtag(user));
  }

  @Post()
  @ApiOperation({ summary: 'Create an account' })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiCreatedResponse({ standardSchema: userSchema, description: 'The new account.' })
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiProblems(...CREATE_PROBLEMS, BLOG_PROBLEMS.adminsOnly, BLOG_PROBLEMS.userExists)
  async create(
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: userInput }) input: UserInput,
    @Headers('idempotency-key') key: string | undefined,
    @Asker() admin: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { password, ...rest } = input;
    requireGoodPassword(password, input.username);
    const answer = await this.answers.once(
      // Without the password: what is kept of a request is a quick hash, by which it could be guessed.
      { user: admin.name, key: parseIdempotencyKey(key), content: [PATH, rest] },
      (user: UserDetails) => createdAnswer(PATH, user, userEtag(user)),
      (alongside) => this.accounts.add(input, alongside),
    );
    if (answer.replayed && !(await this.accounts.hasPassword(input.username, password))) {
      throw new Problem(BLOG_PROBLEMS.keyReused);
    }
    return sendAnswer(reply, answer);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change an account' })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiOkResponse({ standardSchema: userSchema, description: 'The account as it is now.' })
  @ApiHeader(IF_MATCH)
  @ApiProblems(...BODY_PROBLEMS, ...USER_CHANGE_PROBLEMS, HTTP_PROBLEMS.unavailable)
  async patch(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: userPatch }) patch: UserPatch,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserDetails> {
    if (patch.password !== undefined) {
      requireGoodPassword(patch.password, (await this.accounts.read(id)).username);
    }
    const user = await this.accounts.change(id, patch, ifMatch);
    return writeHeaders(reply, user, userEtag(user));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Delete an account' })
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'It is deleted.' })
  @ApiHeader(IF_MATCH)
  @ApiProblems(HTTP_PROBLEMS.malformedRequest, ...USER_CHANGE_PROBLEMS)
  async remove(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.accounts.remove(id, ifMatch);
  }
}
