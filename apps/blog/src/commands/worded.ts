import { QueryFailedError } from 'typeorm';
import { Problem } from '#libs/http';
import { CommandError } from '#libs/supervisor';

/** What a person at a terminal is told of an error, in a sentence; what nobody foresaw stays as it is. */
export function worded(error: unknown): unknown {
  const cause = error instanceof Problem ? error.cause : error;
  if (cause instanceof QueryFailedError) return new CommandError(`the database says: ${cause.message}`);
  return error instanceof Problem ? new CommandError(error.kind.title) : error;
}
