import type { ProblemKind } from './problem.js';

/** The problems of HTTP itself, that any API has: one for each status. */
export const HTTP_PROBLEMS = {
  malformedRequest: { name: 'malformed-request', status: 400, title: 'The request cannot be understood.' },
  unauthenticated: { name: 'unauthenticated', status: 401, title: 'A valid token is needed.' },
  forbidden: { name: 'forbidden', status: 403, title: 'This is not allowed to you.' },
  notFound: { name: 'not-found', status: 404, title: 'There is nothing at this address.' },
  methodNotAllowed: { name: 'method-not-allowed', status: 405, title: 'This address does not know the method.' },
  notAcceptable: { name: 'not-acceptable', status: 406, title: 'No accepted media type can be answered.' },
  timeout: { name: 'timeout', status: 408, title: 'The request took too long to arrive.' },
  conflict: { name: 'conflict', status: 409, title: 'The request is at odds with what is stored.' },
  preconditionFailed: { name: 'precondition-failed', status: 412, title: 'It has changed since you read it.' },
  bodyTooLarge: { name: 'body-too-large', status: 413, title: 'The body is too large.' },
  uriTooLong: { name: 'uri-too-long', status: 414, title: 'The address is too long.' },
  unsupportedMediaType: { name: 'unsupported-media-type', status: 415, title: 'The body has an unknown media type.' },
  invalidBody: { name: 'invalid-body', status: 422, title: 'The body breaks a rule.' },
  preconditionRequired: { name: 'precondition-required', status: 428, title: 'The request must say what it changes.' },
  tooManyRequests: { name: 'too-many-requests', status: 429, title: 'Too many requests.' },
  headersTooLarge: { name: 'headers-too-large', status: 431, title: 'The headers are too large.' },
  internal: { name: 'internal', status: 500, title: 'Something went wrong here.' },
  unavailable: { name: 'unavailable', status: 503, title: 'This cannot be answered at the moment.' },
} as const satisfies Record<string, ProblemKind>;

const BY_STATUS = new Map<number, ProblemKind>(Object.values(HTTP_PROBLEMS).map((kind) => [kind.status, kind]));

/** The kind for a status; for one that is not listed, that of its class. */
export function problemForStatus(status: number): ProblemKind {
  return BY_STATUS.get(status) ?? (status < 500 ? HTTP_PROBLEMS.malformedRequest : HTTP_PROBLEMS.internal);
}
