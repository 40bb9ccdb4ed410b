import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ApiProblems, HTTP_PROBLEMS } from '#libs/http';
import { noQuery } from '../fields.js';
import { BLOG, type BlogParts } from '../parts.js';
import type { PublicJwk } from './token-keys.js';

const keySetSchema = z
  .object({
    keys: z.array(
      z.object({
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        y: z.string(),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.string(),
      }),
    ),
  })
  .meta({ id: 'KeySet' });

@ApiTags('auth')
@Controller('.well-known')
export class KeysController {
  constructor(@Inject(BLOG) private readonly parts: BlogParts) {}

  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({ summary: 'The keys by which others verify access tokens' })
  @ApiOkResponse({ standardSchema: keySetSchema, description: 'A JWK set (RFC 7517); empty where a secret signs.' })
  @ApiProblems(HTTP_PROBLEMS.malformedRequest, HTTP_PROBLEMS.tooManyRequests)
  list(@Query({ schema: noQuery }) _query: object): { keys: PublicJwk[] } {
    return { keys: this.parts.keys.publicKeys() };
  }
}
