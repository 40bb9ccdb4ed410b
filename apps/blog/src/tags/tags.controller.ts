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
  Put,
  Query,
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
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AcceptGuard, ApiProblems, HTTP_PROBLEMS, IF_MATCH, Problem } from '#libs/http';
import { Asker } from '../auth/asker.decorator.js';
import { TokenGuard } from '../auth/token.guard.js';
import type { CachedReads } from '../caching/cached-reads.js';
import { tagKey } from '../caching/keys.js';
import type { Database } from '../database/database.js';
import { idParameter, noQuery, type IdParameter } from '../fields.js';
import type { Answers } from '../idempotency/answers.js';
import { IDEMPOTENCY_KEY, parseIdempotencyKey } from '../idempotency/idempotency-key.js';
import { BLOG, type BlogParts } from '../parts.js';
import {
  BODY_PROBLEMS,
  BLOG_PROBLEMS,
  CHANGE_PROBLEMS,
  CREATE_PROBLEMS,
  READ_PROBLEMS,
  RESTORE_PROBLEMS,
} from '../problems.js';
import { readQuery, requireVersion, type ReadQuery } from '../reads.js';
import { createdAnswer, linkList, readReply, sendAnswer, writeHeaders } from '../reply.js';
import type { User, Viewer } from '../users/account.js';
import {
  tagInput,
  tagList,
  tagPatch,
  tagQuery,
  tagSchema,
  type Tag,
  type TagInput,
  type TagPatch,
  type TagQuery,
} from './tag.schema.js';
import { tagEtag } from './tag.query.js';
import { loadTag } from './tag.load.js';
import { Tags } from './tags.js';

const PATH = 'api/v1/tags';

@ApiTags('tags')
@UseGuards(AcceptGuard, TokenGuard)
@Controller(PATH)
export class TagsController {
  private readonly answers: Answers;
  private readonly database: Database;
  private readonly reads: CachedReads;

  constructor(
    @Inject(Tags) private readonly tags: Tags,
    @Inject(BLOG) { answers, database, reads }: BlogParts,
  ) {
    this.answers = answers;
    this.database = database;
    this.reads = reads;
  }

  @Get()
  @ApiOperation({ summary: 'List tags' })
  @ApiSecurity({})
  @ApiBearerAuth('token')
  @ApiOkResponse({ standardSchema: tagList, description: 'Tags, page by page or from a cursor on.' })
  @ApiProblems(...READ_PROBLEMS)
  async list(
    @Query({ schema: tagQuery }) query: TagQuery,
    @Asker() viewer: Viewer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const { url } = reply.request;
    const load = async () => linkList(url, await this.tags.list(query, viewer));
    return readReply(reply, await this.reads.list(url, viewer, load));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a tag' })
  @ApiSecurity({})
  @ApiBearerAuth('token')
  @ApiOkResponse({ standardSchema: tagSchema, description: 'The tag.' })
  @ApiProblems(...READ_PROBLEMS, BLOG_PROBLEMS.noSuchTag, BLOG_PROBLEMS.olderVersion)
  async read(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: readQuery }) query: ReadQuery,
    @Asker() viewer: Viewer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const load = (who: Viewer) => loadTag(this.database, id, who);
    const found = await this.reads.row(tagKey(id), query.min_version, viewer, load);
    if (!found) throw new Problem(BLOG_PROBLEMS.noSuchTag);
    requireVersion(found, query);
    return readReply(reply, found);
  }

  @Post()
  @ApiOperation({ summary: 'Create a tag' })
  @ApiBearerAuth('token')
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiCreatedResponse({ standardSchema: tagSchema, description: 'The new tag.' })
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiProblems(...CREATE_PROBLEMS, BLOG_PROBLEMS.tagExists)
  async create(
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: tagInput }) input: TagInput,
    @Headers('idempotency-key') key: string | undefined,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const answer = await this.answers.once(
      { user: user.name, key: parseIdempotencyKey(key), content: [PATH, input] },
      (tag: Tag) => createdAnswer(PATH, tag, tagEtag(tag)),
      (alongside) => this.tags.create(input, user, alongside),
    );
    return sendAnswer(reply, answer);
  }

  @Post(':id/restore')
  @ApiOperation({ summary: 'Restore a deleted tag' })
  @ApiBearerAuth('token')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: tagSchema, description: 'The tag, which is no longer deleted.' })
  @ApiProblems(...RESTORE_PROBLEMS, BLOG_PROBLEMS.noSuchTag, BLOG_PROBLEMS.tagExists)
  async restore(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Tag> {
    const tag = await this.tags.restore(id, user);
    return writeHeaders(reply, tag, tagEtag(tag));
  }

  @Put(':id')
  @ApiOperation({ summary: 'Replace a tag' })
  @ApiBearerAuth('token')
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiOkResponse({ standardSchema: tagSchema, description: 'The tag as it is now.' })
  @ApiHeader(IF_MATCH)
  @ApiProblems(...BODY_PROBLEMS, ...CHANGE_PROBLEMS, BLOG_PROBLEMS.noSuchTag, BLOG_PROBLEMS.tagExists)
  async replace(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: tagInput }) input: TagInput,
    @Headers('if-match') ifMatch: string | undefined,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Tag> {
    const tag = await this.tags.replace(id, input, { ifMatch, user });
    return writeHeaders(reply, tag, tagEtag(tag));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change some fields of a tag' })
  @ApiBearerAuth('token')
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiOkResponse({ standardSchema: tagSchema, description: 'The tag as it is now.' })
  @ApiHeader(IF_MATCH)
  @ApiProblems(...BODY_PROBLEMS, ...CHANGE_PROBLEMS, BLOG_PROBLEMS.noSuchTag, BLOG_PROBLEMS.tagExists)
  async patch(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: tagPatch }) patch: TagPatch,
    @Headers('if-match') ifMatch: string | undefined,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Tag> {
    const tag = await this.tags.patch(id, patch, { ifMatch, user });
    return writeHeaders(reply, tag, tagEtag(tag));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Delete a tag' })
  @ApiBearerAuth('token')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'It is deleted.' })
  @ApiHeader(IF_MATCH)
  @ApiProblems(HTTP_PROBLEMS.malformedRequest, ...CHANGE_PROBLEMS, BLOG_PROBLEMS.noSuchTag, BLOG_PROBLEMS.tagInUse)
  async remove(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Headers('if-match') ifMatch: string | undefined,
    @Asker() user: User,
  ): Promise<void> {
    await this.tags.remove(id, { ifMatch, user });
  }
}
