import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { buildProblem, Problem, PROBLEM_MEDIA_TYPE, type ProblemKind } from './problem.js';

/** The header that a change needs, for `@ApiHeader`. */
export const IF_MATCH = {
  name: 'If-Match',
  required: true,
  description:
    'The ETag of what you have read (RFC 9110 section 13.1.1): 428 without it, 412 when it has changed since.',
} as const;

/** Documents the problems that an operation may answer, by status, each with an example. */
export function ApiProblems(...kinds: readonly ProblemKind[]): MethodDecorator & ClassDecorator {
  const byStatus = Map.groupBy(kinds, ({ status }) => status);
  return applyDecorators(...[...byStatus].map(([status, same]) => ApiResponse(response(status, same))));
}

function response(status: number, kinds: readonly ProblemKind[]) {
  const examples = kinds.map((kind) => [
    kind.name,
    { summary: kind.title, value: JSON.parse(buildProblem(new Problem(kind))) as unknown },
  ]);
  return {
    status,
    description: kinds.map(({ title }) => title).join(' Or: '),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(examples) as Record<string, { summary: string; value: unknown }>,
      },
    },
  };
}
