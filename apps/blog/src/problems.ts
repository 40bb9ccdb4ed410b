import { HTTP_PROBLEMS, type ProblemKind } from '#libs/http';

/** The blog's own problems. The codes are those of go-gin-example, so that its clients' switches keep working. */
export const BLOG_PROBLEMS = {
  tagExists: { name: 'tag-exists', status: 409, title: 'A tag of this name exists already.', code: 10001 },
  noSuchTag: { name: 'no-such-tag', status: 404, title: 'There is no such tag.', code: 10003 },
  unknownTag: { name: 'unknown-tag', status: 422, title: 'The article names a tag that does not exist.', code: 10003 },
  tagInUse: { name: 'tag-in-use', status: 409, title: 'Articles use this tag.' },
  tagDeleted: { name: 'tag-deleted', status: 409, title: 'The tag of the article is deleted.', code: 10003 },
  noSuchArticle: { name: 'no-such-article', status: 404, title: 'There is no such article.', code: 10011 },
  notYours: { name: 'not-yours', status: 403, title: 'Only its author and admins may change it.' },
  olderVersion: { name: 'older-version', status: 409, title: 'There is only an older version so far.' },
  keyInUse: {
    name: 'idempotency-key-in-use',
    status: 409,
    title: 'A request with this Idempotency-Key is still running.',
  },
  keyReused: {
    name: 'idempotency-key-reused',
    status: 422,
    title: 'This Idempotency-Key came with another request before.',
  },
  tokenInvalid: { name: 'token-invalid', status: 401, title: 'A valid token is needed.', code: 20001 },
  tokenExpired: { name: 'token-expired', status: 401, title: 'The token has expired.', code: 20002 },
  tokenRevoked: { name: 'token-revoked', status: 401, title: 'The session of the token has ended.', code: 20001 },
  refreshTokenInvalid: {
    name: 'refresh-token-invalid',
    status: 401,
    title: 'The refresh token is unknown, has ended or was used before.',
    code: 20001,
  },
  notATable: {
    name: 'not-a-table',
    status: 422,
    title: 'The file is no table of tags that can be read.',
    code: 10010,
  },
  rowsRefused: {
    name: 'rows-refused',
    status: 422,
    title: 'Rows of the file break a rule: nothing is imported.',
    code: 10010,
  },
  notAnImage: { name: 'not-an-image', status: 422, title: 'The file is no image of a known format.', code: 30003 },
  noSuchImage: { name: 'no-such-image', status: 404, title: 'There is no such image.' },
  wrongLogin: { name: 'wrong-login', status: 401, title: 'The name or the password is wrong.', code: 20004 },
  adminsOnly: { name: 'admins-only', status: 403, title: 'Only admins may do this.' },
  noSuchUser: { name: 'no-such-user', status: 404, title: 'There is no such user.' },
  userExists: { name: 'user-exists', status: 409, title: 'A user of this name exists already.' },
  lastAdmin: { name: 'last-admin', status: 409, title: 'Nobody would be left to look after the accounts.' },
} as const satisfies Record<string, ProblemKind>;

/** What every operation that takes a body may answer. */
export const BODY_PROBLEMS: readonly ProblemKind[] = [
  HTTP_PROBLEMS.malformedRequest,
  HTTP_PROBLEMS.bodyTooLarge,
  HTTP_PROBLEMS.unsupportedMediaType,
  HTTP_PROBLEMS.invalidBody,
];

/** What every operation that needs a token may answer. */
export const TOKEN_PROBLEMS: readonly ProblemKind[] = [
  BLOG_PROBLEMS.tokenInvalid,
  BLOG_PROBLEMS.tokenExpired,
  BLOG_PROBLEMS.tokenRevoked,
  HTTP_PROBLEMS.tooManyRequests,
];

/** What every operation that answers JSON from the database may answer. */
const ANSWER_PROBLEMS: readonly ProblemKind[] = [HTTP_PROBLEMS.notAcceptable, HTTP_PROBLEMS.unavailable];

/** What every read may answer. */
export const READ_PROBLEMS: readonly ProblemKind[] = [
  HTTP_PROBLEMS.malformedRequest,
  ...TOKEN_PROBLEMS,
  ...ANSWER_PROBLEMS,
];

/** What every creation may answer. */
export const CREATE_PROBLEMS: readonly ProblemKind[] = [
  ...BODY_PROBLEMS,
  ...TOKEN_PROBLEMS,
  ...ANSWER_PROBLEMS,
  BLOG_PROBLEMS.keyInUse,
  BLOG_PROBLEMS.keyReused,
];

/** What every import of a file may answer. */
export const IMPORT_PROBLEMS: readonly ProblemKind[] = [...BODY_PROBLEMS, ...TOKEN_PROBLEMS, ...ANSWER_PROBLEMS];

/** What every restoration may answer. */
export const RESTORE_PROBLEMS: readonly ProblemKind[] = [...READ_PROBLEMS, BLOG_PROBLEMS.notYours];

/** What every change of something that exists may answer. */
export const CHANGE_PROBLEMS: readonly ProblemKind[] = [
  ...TOKEN_PROBLEMS,
  ...ANSWER_PROBLEMS,
  BLOG_PROBLEMS.notYours,
  HTTP_PROBLEMS.preconditionFailed,
  HTTP_PROBLEMS.preconditionRequired,
];
