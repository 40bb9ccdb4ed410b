import { z } from 'zod';
import type { ExtendedProblem } from '#libs/http';
import { BLOG_PROBLEMS } from '../problems.js';

/** The formats of an exported file, with their media types. */
export const MEDIA_TYPES = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv',
} as const;

export type FileFormat = keyof typeof MEDIA_TYPES;

export const exportQuery = z.strictObject({
  format: z
    .enum(['xlsx', 'csv'])
    .default('xlsx')
    .describe('`xlsx` for a spreadsheet, or `csv`: UTF-8 with commas and CRLF (RFC 4180).'),
});

export type ExportQuery = z.output<typeof exportQuery>;

/** What is done with a file of which some rows break a rule: nothing, or the others are imported. */
export const IMPORT_MODES = ['all_or_nothing', 'skip_bad'] as const;

export const importMode = z.enum(IMPORT_MODES);

export type ImportMode = z.output<typeof importMode>;

const rowError = z.object({
  row: z.int().min(1).describe('As a spreadsheet shows it: the names of the columns stand in row 1.'),
  field: z.string().describe('Its column.'),
  message: z.string(),
});

/** What has become of a file. */
export const importReport = z
  .object({
    rows: z.int().min(0).describe('How many rows the file has, without empty ones and that of the names.'),
    imported: z.int().min(0).describe('How many new tags there are.'),
    errors: z.array(rowError),
  })
  .meta({ id: 'ImportReport', examples: [{ rows: 2, imported: 2, errors: [] }] });

export type RowError = z.output<typeof rowError>;
export type ImportReport = z.output<typeof importReport>;

const REPORT = { $ref: '#/components/schemas/ImportReport' };

/** What is answered when a bad row refuses the whole file: the report, as a problem. */
export const ROWS_REFUSED: ExtendedProblem = {
  ...BLOG_PROBLEMS.rowsRefused,
  schema: { allOf: [REPORT, { type: 'object', required: ['type', 'title', 'status', 'code'] }] },
  example: { rows: 2, imported: 0, errors: [{ row: 3, field: 'name', message: 'is required' }] },
};
