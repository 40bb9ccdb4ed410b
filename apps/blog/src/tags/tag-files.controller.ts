import { Body, Controller, Get, HttpCode, Inject, Post, Query, Res, StreamableFile, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AcceptGuard, accepts, ApiProblems, HTTP_PROBLEMS, MultipartBody, Problem } from '#libs/http';
import { Asker } from '../auth/asker.decorator.js';
import { SignedInGuard } from '../auth/signed-in.guard.js';
import { TokenGuard } from '../auth/token.guard.js';
import { noQuery } from '../fields.js';
import { BLOG_PROBLEMS, IMPORT_PROBLEMS, READ_PROBLEMS } from '../problems.js';
import { MAX_ROWS } from '../spreadsheets/table-file.js';
import type { User } from '../users/account.js';
import { TagExport } from './tag-export.js';
import {
  exportQuery,
  IMPORT_MODES,
  importMode,
  importReport,
  MEDIA_TYPES,
  ROWS_REFUSED,
  type ExportQuery,
  type ImportMode,
  type ImportReport,
} from './tag-file.schema.js';
import { TagImport } from './tag-import.js';

/** Octets of the largest file. */
const MAX_FILE_BYTES = 5 * 1024 * 1024;

const IMPORT_FORM = {
  type: 'object',
  required: ['file'],
  properties: {
    file: {
      type: 'string',
      format: 'binary',
      description: `A workbook (XLSX) or CSV in UTF-8, of at most ${MAX_FILE_BYTES} octets and ${MAX_ROWS} rows. It needs a column \`name\` and may have one \`state\`.`,
    },
    mode: {
      type: 'string',
      enum: [...IMPORT_MODES],
      default: 'all_or_nothing',
      description: 'Whether one bad row refuses the whole file, or the others are imported.',
    },
  },
};

@ApiTags('tags')
@UseGuards(TokenGuard, SignedInGuard)
@ApiBearerAuth('token')
@Controller('api/v1/tags')
export class TagFilesController {
  constructor(
    @Inject(TagExport) private readonly exports: TagExport,
    @Inject(TagImport) private readonly imports: TagImport,
  ) {}

  @Get('export')
  @ApiOperation({
    summary: 'Export the tags',
    description: 'A text that a spreadsheet would take for a formula has a quote before it, which an import takes off.',
  })
  @ApiProduces(...Object.values(MEDIA_TYPES))
  @ApiOkResponse({ description: 'The file.', schema: { type: 'string', format: 'binary' } })
  @ApiProblems(...READ_PROBLEMS)
  async export(
    @Query({ schema: exportQuery }) { format }: ExportQuery,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const type = MEDIA_TYPES[format];
    if (!accepts(reply.request.headers.accept, type)) {
      throw new Problem(HTTP_PROBLEMS.notAcceptable, { detail: `the answer is ${type}` });
    }
    const file = await this.exports.open(format, user);
    void reply.header('cache-control', 'no-store');
    return new StreamableFile(file, {
      type: format === 'csv' ? `${type}; charset=utf-8` : type,
      disposition: `attachment; filename="tags.${format}"`,
    });
  }

  @Post('import')
  @HttpCode(200)
  @UseGuards(AcceptGuard)
  @ApiOperation({ summary: 'Import tags', description: 'Adds a tag for each row; none that exists is changed.' })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ required: true, schema: IMPORT_FORM })
  @ApiOkResponse({ standardSchema: importReport, description: 'What has become of the file.' })
  @ApiProblems(...IMPORT_PROBLEMS, BLOG_PROBLEMS.tagExists, BLOG_PROBLEMS.notATable, ROWS_REFUSED)
  async import(
    @Query({ schema: noQuery }) _query: object,
    @Body() body: unknown,
    @Asker() user: User,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportReport> {
    if (!(body instanceof MultipartBody)) {
      throw new Problem(HTTP_PROBLEMS.unsupportedMediaType, { detail: 'send multipart/form-data' });
    }
    const { bytes, fields } = await body.read({ file: 'file', maxBytes: MAX_FILE_BYTES, fields: ['mode'] });
    void reply.header('cache-control', 'no-store');
    return this.imports.import(bytes, modeOf(fields), user);
  }
}

function modeOf({ mode = 'all_or_nothing' }: Readonly<Record<string, string>>): ImportMode {
  const { data } = importMode.safeParse(mode);
  if (data) return data;
  const errors = [{ pointer: '#/mode', detail: `must be one of ${IMPORT_MODES.join(', ')}` }];
  throw new Problem(HTTP_PROBLEMS.invalidBody, { errors });
}
