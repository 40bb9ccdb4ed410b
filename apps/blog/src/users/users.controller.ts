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
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AcceptGuard, ApiProblems, buildPageLinks, HTTP_PROBLEMS, IF_MATCH, type Page } from '#libs/http';
import { AdminGuard } from '../auth/admin.guard.js';
import { TokenGuard } from '../auth/token.guard.js';
import { idParameter, noQuery, type IdParameter } from '../fields.js';
import { BLOG_PROBLEMS, BODY_PROBLEMS, READ_PROBLEMS, TOKEN_PROBLEMS } from '../problems.js';
import { readHeaders, unlessKnown, writeHeaders } from '../reply.js';
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
  constructor(@Inject(Accounts) private readonly accounts: Accounts) {}

  @Get()
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
  @ApiOkResponse({ standardSchema: userSchema, description: 'The account.' })
  @ApiProblems(...READ_PROBLEMS, BLOG_PROBLEMS.adminsOnly, BLOG_PROBLEMS.noSuchUser)
  async read(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserDetails | undefined> {
    const user = await this.accounts.read(id);
    return unlessKnown(reply, user, userEtag(user));
  }

  @Post()
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiCreatedResponse({ standardSchema: userSchema, description: 'The new account.' })
  @ApiProblems(
    ...BODY_PROBLEMS,
    ...TOKEN_PROBLEMS,
    BLOG_PROBLEMS.adminsOnly,
    BLOG_PROBLEMS.userExists,
    HTTP_PROBLEMS.notAcceptable,
    HTTP_PROBLEMS.unavailable,
  )
  async create(
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: userInput }) input: UserInput,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserDetails> {
    requireGoodPassword(input.password, input.username);
    const user = await this.accounts.add(input);
    void reply.header('location', `/${PATH}/${user.id}`);
    return writeHeaders(reply, user, userEtag(user));
  }

  @Patch(':id')
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
