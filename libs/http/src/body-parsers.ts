import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FormBody } from './form.js';
import { HTTP_PROBLEMS } from './http-problems.js';
import { MultipartBody } from './multipart.js';
import { Problem } from './problem.js';

type Done = (error: Error | null, body?: unknown) => void;

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MULTIPART_TYPE = 'multipart/form-data';
/** A form cannot say null, by which a merge patch (RFC 7396) takes a field back. */
const PATCHED_BY_FORM = { detail: `a patch is ${JSON_TYPES.join(' or ')}` };
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i;

/**
 * Reads JSON, JSON merge patches and forms, in UTF-8; any other body is a 415. A body that is not valid UTF-8 is refused:
 * what would be stored otherwise is not what was sent. A form with files is left for the operation that wants it to read.
 */
export function addBodyParsers(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPES, { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    const text = decode(request, bytes, done);
    if (text !== undefined) void parseJson(request, text, wordJsonError(done));
  });
  fastify.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (request.method === 'PATCH') return done(new Problem(HTTP_PROBLEMS.unsupportedMediaType, PATCHED_BY_FORM));
    const text = decode(request, bytes, done);
    if (text !== undefined) done(null, new FormBody(text));
  });
  fastify.addContentTypeParser(MULTIPART_TYPE, (request, stream, done) =>
    done(null, new MultipartBody(request.headers, stream)),
  );
}

/** The text of a body, or undefined when `done` was told what is wrong with it. */
function decode(request: FastifyRequest, bytes: Buffer, done: Done): string | undefined {
  const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) {
    done(new Problem(HTTP_PROBLEMS.unsupportedMediaType, { detail: `the charset ${charset} is not read, only utf-8` }));
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    done(new Problem(HTTP_PROBLEMS.malformedRequest, { detail: 'the body is not valid UTF-8' }));
    return undefined;
  }
}

/** The JSON parser's own message quotes the body: fine for a log, too long and too odd for an answer. */
function wordJsonError(done: Done): Done {
  return (error, body) => {
    if (!error) return done(null, body);
    const detail = error.message.includes('empty') ? 'the body is empty' : 'the body is not valid JSON';
    done(new Problem(HTTP_PROBLEMS.malformedRequest, { detail, cause: error }));
  };
}
