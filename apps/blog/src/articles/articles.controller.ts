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
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems, buildPageLinks, HTTP_PROBLEMS, IF_MATCH, type Page } from '#libs/http';
import { Asker } from '../auth/asker.decorator.js';
import { TokenGuard } from '../auth/token.guard.js';
import { idParameter, noQuery, type IdParameter } from '../fields.js';
import { BODY_PROBLEMS, BLOG_PROBLEMS, CHANGE_PROBLEMS, READ_PROBLEMS, TOKEN_PROBLEMS } from '../problems.js';
import { readHeaders, unlessKnown, writeHeaders } from '../reply.js';
import type { User, Viewer } from '../users/account.js';
import {
  articleInput,
  articlePage,
  articlePatch,
  articleQuery,
  articleSchema,
  type Article,
  type ArticleInput,
  type ArticlePatch,
  type ArticleQuery,
  type ArticleSummary,
} from './article.schema.js';
import { articleEtag } from './article.query.js';
import { Articles } from './articles.js';

const PATH = 'api/v1/articles';

@ApiTags('articles')
@UseGuards(TokenGuard)
@Controller(PATH)
export class ArticlesController {
  constructor(@Inject(Articles) private readonly articles: Articles) {}

  @Get()
  @ApiSecurity({})
  @ApiBearerAuth('token')
  @ApiOkResponse({
    standardSchema: articlePage,
    description: 'A page of articles, newest first, without their content.',
  })
  @ApiProblems(...READ_PROBLEMS)
  async list(
    @Query({ schema: articleQuery }) query: ArticleQuery,
    @Asker() viewer: Viewer,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ArticleSummary>> {
    const page = await this.articles.list(query, viewer);
    readHeaders(reply);
    void reply.header('link', buildPageLinks(request.url, page));
    return page;
  }

  @Get(':id')
  @ApiSecurity({})
  @ApiBearerAuth('token')
  @ApiOkResponse({ standardSchema: articleSchema, description: 'The article.' })
  @ApiProblems(...READ_PROBLEMS, BLOG_PROBLEMS.noSuchArticle)
  async read(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Asker() viewer: Viewer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Article | undefined> {
    const article = await this.articles.read(id, viewer);
    return unlessKnown(reply, article, articleEtag(article));
  }

  @Post()
  @ApiBearerAuth('token')
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiCreatedResponse({ standardSchema: articleSchema, description: 'The new article.' })
  @ApiProblems(...BODY_PROBLEMS, ...TOKEN_PROBLEMS, BLOG_PROBLEMS.unknownTag)
  async create(
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: articleInput }) input: ArticleInput,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Article> {
    const article = await this.articles.create(input, user);
    void reply.header('location', `/${PATH}/${article.id}`);
    return writeHeaders(reply, article, articleEtag(article));
  }

  @Put(':id')
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
