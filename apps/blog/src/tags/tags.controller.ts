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
  tagInput,
  tagPage,
  tagPatch,
  tagQuery,
  tagSchema,
  type Tag,
  type TagInput,
  type TagPatch,
  type TagQuery,
} from './tag.schema.js';
import { tagEtag, Tags } from './tags.js';

const PATH = 'api/v1/tags';

@ApiTags('tags')
@UseGuards(TokenGuard)
@Controller(PATH)
export class TagsController {
  constructor(@Inject(Tags) private readonly tags: Tags) {}

  @Get()
  @ApiSecurity({})
  @ApiBearerAuth('token')
  @ApiOkResponse({ standardSchema: tagPage, description: 'A page of tags, oldest first.' })
  @ApiProblems(...READ_PROBLEMS)
  async list(
    @Query({ schema: tagQuery }) query: TagQuery,
    @Asker() viewer: Viewer,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<Tag>> {
    const page = await this.tags.list(query, viewer);
    readHeaders(reply);
    void reply.header('link', buildPageLinks(request.url, page));
    return page;
  }

  @Get(':id')
  @ApiSecurity({})
  @ApiBearerAuth('token')
  @ApiOkResponse({ standardSchema: tagSchema, description: 'The tag.' })
  @ApiProblems(...READ_PROBLEMS, BLOG_PROBLEMS.noSuchTag)
  async read(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: noQuery }) _query: object,
    @Asker() viewer: Viewer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Tag | undefined> {
    const tag = await this.tags.read(id, viewer);
    return unlessKnown(reply, tag, tagEtag(tag));
  }

  @Post()
  @ApiBearerAuth('token')
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiCreatedResponse({ standardSchema: tagSchema, description: 'The new tag.' })
  @ApiProblems(...BODY_PROBLEMS, ...TOKEN_PROBLEMS, BLOG_PROBLEMS.tagExists)
  async create(
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: tagInput }) input: TagInput,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Tag> {
    const tag = await this.tags.create(input, user);
    void reply.header('location', `/${PATH}/${tag.id}`);
    return writeHeaders(reply, tag, tagEtag(tag));
  }

  @Put(':id')
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
