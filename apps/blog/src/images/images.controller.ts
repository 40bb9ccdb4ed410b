import { Body, Controller, Get, Inject, Param, Post, Query, Res, StreamableFile, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AcceptGuard, ApiProblems, HTTP_PROBLEMS, isNoneMatch, MultipartBody, Problem } from '#libs/http';
import { TokenGuard } from '../auth/token.guard.js';
import { noQuery } from '../fields.js';
import { BLOG_PROBLEMS, BODY_PROBLEMS, TOKEN_PROBLEMS } from '../problems.js';
import { MEDIA_TYPES } from './image-format.js';
import { imageName, imageSchema, type Image, type ImageName } from './image.schema.js';
import { Images, MAX_IMAGE_BYTES } from './images.js';

const FIELD = 'image';

/** An image never changes, so it may be kept for good, by anybody, and be shown by any site; it can run nothing. */
const HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': "default-src 'none'; sandbox",
  'content-disposition': 'inline',
  'cross-origin-resource-policy': 'cross-origin',
};

@ApiTags('images')
@Controller()
export class ImagesController {
  constructor(@Inject(Images) private readonly images: Images) {}

  @Post('api/v1/images')
  @ApiOperation({ summary: 'Upload an image' })
  @UseGuards(AcceptGuard, TokenGuard)
  @ApiBearerAuth('token')
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    required: true,
    schema: {
      type: 'object',
      required: [FIELD],
      properties: { [FIELD]: { type: 'string', format: 'binary', description: `At most ${MAX_IMAGE_BYTES} octets.` } },
    },
  })
  @ApiCreatedResponse({ standardSchema: imageSchema, description: 'The image is stored.' })
  @ApiProblems(...BODY_PROBLEMS, ...TOKEN_PROBLEMS, HTTP_PROBLEMS.notAcceptable, BLOG_PROBLEMS.notAnImage)
  async add(
    @Query({ schema: noQuery }) _query: object,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Image> {
    if (!(body instanceof MultipartBody)) {
      throw new Problem(HTTP_PROBLEMS.unsupportedMediaType, { detail: 'send multipart/form-data' });
    }
    const { bytes } = await body.read({ file: FIELD, maxBytes: MAX_IMAGE_BYTES });
    const { name, width, height, bytes: octets } = await this.images.add(bytes);
    const url = `/images/${name}`;
    void reply.header('location', url);
    return { url, width, height, bytes: octets };
  }

  @Get('images/:name')
  @ApiOperation({ summary: 'An image that was uploaded' })
  @ApiProduces(...Object.values(MEDIA_TYPES))
  @ApiOkResponse({ description: 'The image.', schema: { type: 'string', format: 'binary' } })
  @ApiProblems(HTTP_PROBLEMS.malformedRequest, BLOG_PROBLEMS.noSuchImage)
  async read(
    @Param({ schema: imageName }) { name }: ImageName,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const { bytes, mediaType } = await this.images.read(name);
    const etag = `"${name}"`;
    void reply.headers({ ...HEADERS, etag });
    if (!isNoneMatch(reply.request.headers['if-none-match'], etag))
      return new StreamableFile(bytes, { type: mediaType });
    void reply.status(304);
    return undefined;
  }
}
