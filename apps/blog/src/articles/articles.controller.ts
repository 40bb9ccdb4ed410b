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
import { articleKey } from '../caching/keys.js';
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
  articleInput,
  articleList,
  articlePatch,
  articleQuery,
  articleSchema,
  type Article,
  type ArticleInput,
  type ArticlePatch,
  type ArticleQuery,
} from './article.schema.js';
import { articleEtag } from './article.query.js';
import { loadArticle } from './article.load.js';
import { Articles } from './articles.js';

const PATH = 'api/v1/articles';

@ApiTags('articles')
@UseGuards(AcceptGuard, TokenGuard)
@Controller(PATH)
export class ArticlesController {
  private readonly answers: Answers;
  private readonly database: Database;
  private readonly reads: CachedReads;

  constructor(
    @Inject(Articles) private readonly articles: Articles,
    @Inject(BLOG) { answers, database, reads }: BlogParts,
  ) {
    this.answers = answers;
    this.database = database;
    this.reads = reads;
  }

  @Get()
  @ApiOperation({ summary: 'List articles' })
  @ApiSecurity({})
  @ApiBearerAuth('token')
  @ApiOkResponse({
    standardSchema: articleList,
    description: 'Articles, page by page or from a cursor on. Without their content, unless `fields` asks for it.',
  })
  @ApiProblems(...READ_PROBLEMS)
  async list(
    @Query({ schema: articleQuery }) query: ArticleQuery,
    @Asker() viewer: Viewer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const { url } = reply.request;
    const load = async () => linkList(url, await this.articles.list(query, viewer));
    return readReply(reply, await this.reads.list(url, viewer, load));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read an article' })
  @ApiSecurity({})
  @ApiBearerAuth('token')
  @ApiOkResponse({ standardSchema: articleSchema, description: 'The article.' })
  @ApiProblems(...READ_PROBLEMS, BLOG_PROBLEMS.noSuchArticle, BLOG_PROBLEMS.olderVersion)
  async read(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: readQuery }) query: ReadQuery,
    @Asker() viewer: Viewer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const load = (who: Viewer) => loadArticle(this.database, id, who);
    const found = await this.reads.row(articleKey(id), query.min_version, viewer, load);
    if (!found) throw new Problem(BLOG_PROBLEMS.noSuchArticle);
    requireVersion(found, query);
    return readReply(reply, found);
  }

  @Post()
  @ApiOperation({ summary: 'Create an article' })
  @ApiBearerAuth('token')
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiCreatedResponse({ standardSchema: articleSchema, description: 'The new article.' })
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiProblems(...CREATE_PROBLEMS, BLOG_PROBLEMS.unknownTag)
  async create(
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: articleInput }) input: ArticleInput,
    @Headers('idempotency-key') key: string | undefined,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const answer = await this.answers.once(
      { user: user.name, key: parseIdempotencyKey(key), content: [PATH, input] },
      (article: Article) => createdAnswer(PATH, article, articleEtag(article)),
      (alongside) => this.articles.create(input, user, alongside),
    );
    return sendAnswer(reply, answer);
  }

  @Post(':id/restore')
  @ApiOperation({ summary: 'Restore a deleted article' })
  @ApiBearerAuth('token')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: articleSchema, description: 'The article, which is no longer deleted.' })
  @ApiProblems(...RESTORE_PROBLEMS, BLOG_PROBLEMS.noSuchArticle, BLOG_PROBLEMS.tagDeleted)
  async restore(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Article> {
    const article = await this.articles.restore(id, user);
    return writeHeaders(reply, article, articleEtag(article));
  }

  @Put(':id')
  @ApiOperation({ summary: 'Replace an article' })
  @ApiBearerAuth('token')
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiOkResponse({ standardSchema: articleSchema, description: 'The article as it is now.' })
  @ApiHeader(IF_MATCH)
  @ApiProblems(...BODY_PROBLEMS, ...CHANGE_PROBLEMS, BLOG_PROBLEMS.noSuchArticle, BLOG_PROBLEMS.unknownTag)
  async replace(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: articleInput }) input: ArticleInput,
    @Headers('if-match') ifMatch: string | undefined,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Article> {
    const article = await this.articles.replace(id, input, { ifMatch, user });
    return writeHeaders(reply, article, articleEtag(article));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change some fields of an article' })
  @ApiBearerAuth('token')
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiOkResponse({ standardSchema: articleSchema, description: 'The article as it is now.' })
  @ApiHeader(IF_MATCH)
  @ApiProblems(...BODY_PROBLEMS, ...CHANGE_PROBLEMS, BLOG_PROBLEMS.noSuchArticle, BLOG_PROBLEMS.unknownTag)
  async patch(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: articlePatch }) patch: ArticlePatch,
    @Headers('if-match') ifMatch: string | undefined,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Article> {
    const article = await this.articles.patch(id, patch, { ifMatch, user });
    return writeHeaders(reply, article, articleEtag(article));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Delete an article' })
  @ApiBearerAuth('token')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'It is deleted.' })
  @ApiHeader(IF_MATCH)
  @ApiProblems(HTTP_PROBLEMS.malformedRequest, ...CHANGE_PROBLEMS, BLOG_PROBLEMS.noSuchArticle)
  async remove(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Headers('if-match') ifMatch: string | undefined,
    @Asker() user: User,
  ): Promise<void> {
    await this.articles.remove(id, { ifMatch, user });
  }
}
