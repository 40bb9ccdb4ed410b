import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { buildProblem, Problem, PROBLEM_MEDIA_TYPE, type ProblemKind } from './problem.js';

/** The header that a change needs, for `@ApiHeader`. */
export const IF_MATCH = {
  name: 'If-Match',
  required: true,
  description:
    'The ETag of what you have read (RFC 9110 section 13.1.1): 428 without it, 412 when it has changed since.',
  schema: { type: 'string', pattern: '^(\\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$' },
} as const;

/** A kind of problem whose body tells more than problem details do (RFC 9457 section 3.2). */
export interface ExtendedProblem extends ProblemKind {
  /** What all of its body looks like, as JSON Schema. */
  readonly schema: object;
  /** What it tells besides, for the example. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** Documents the problems that an operation may answer, by status, each with an example. */
export function ApiProblems(...kinds: readonly (ProblemKind | ExtendedProblem)[]): MethodDecorator & ClassDecorator {
  return applyDecorators(...problemResponses(kinds).map((response) => ApiResponse(response)));
}

/** The responses that tell of problems: one for each status. */
export function problemResponses(kinds: readonly (ProblemKind | ExtendedProblem)[]) {
  return [...Map.groupBy(kinds, ({ status }) => status)].map(([status, same]) => toResponse(status, same));
}

const PROBLEM = { $ref: '#/components/schemas/Problem' };

function toResponse(status: number, kinds: readonly (ProblemKind | ExtendedProblem)[]) {
  const examples = kinds.map((kind) => [kind.name, { summary: kind.title, value: exampleOf(kind) }]);
  const schemas = new Set(kinds.map((kind) => ('schema' in kind ? kind.schema : PROBLEM)));
  return {
    status,
    description: kinds.map(({ title }) => title).join(' Or: '),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: schemas.size === 1 ? [...schemas][0]! : { anyOf: [...schemas] },
        examples: Object.fromEntries(examples) as Record<string, { summary: string; value: unknown }>,
      },
    },
  };
}

function exampleOf(kind: ProblemKind | ExtendedProblem): unknown {
  return JSON.parse(buildProblem(new Problem(kind, 'example' in kind ? { extensions: kind.example } : {})));
}
