import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FormBody } from './form.js';
import { HTTP_PROBLEMS } from './http-problems.js';
import { MultipartBody } from './multipart.js';
import { Problem } from './problem.js';

type Done = (error: Error | null, body?: unknown) => void;

const JSON_TYPE = 'application/json';
const MERGE_PATCH_TYPE = 'application/merge-patch+json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MULTIPART_TYPE = 'multipart/form-data';
/** A form cannot say null, by which a merge patch (RFC 7396) takes a field back. */
const PATCHED_BY_FORM = { detail: `a patch is ${JSON_TYPE} or ${MERGE_PATCH_TYPE}` };
/** What a patch leaves out stays as it is, and a thing that is new or replaced has nothing that could. */
const PATCH_ALONE = { detail: `${MERGE_PATCH_TYPE} is for PATCH alone` };
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i;

/**
 * Reads JSON, JSON merge patches and forms, in UTF-8; any other body is a 415, and so is a compressed one. A body that is
 * not valid UTF-8 is refused: what would be stored otherwise is not what was sent. A form with files is left for the
 * operation that wants it to read.
 */
export function addBodyParsers(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser([JSON_TYPE, MERGE_PATCH_TYPE], { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (isMisplacedPatch(request)) return done(new Problem(HTTP_PROBLEMS.unsupportedMediaType, PATCH_ALONE));
    const text = decode(request, bytes, done);
    if (text !== undefined) void parseJson(request, text, wordJsonError(done));
  });
  fastify.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (request.method === 'PATCH') return done(new Problem(HTTP_PROBLEMS.unsupportedMediaType, PATCHED_BY_FORM));
    const text = decode(request, bytes, done);
    if (text !== undefined) done(null, new FormBody(text));
  });
  fastify.addContentTypeParser(MULTIPART_TYPE, (request, stream, done) => {
    const problem = codingProblem(request);
    if (problem) done(problem);
    else done(null, new MultipartBody(request.headers, stream));
  });
}

function isMisplacedPatch({ method, headers }: FastifyRequest): boolean {
  return method !== 'PATCH' && headers['content-type']!.toLowerCase().startsWith(MERGE_PATCH_TYPE);
}

/** Nothing is unpacked, so no small body turns into a large one (RFC 9110 sections 8.4 and 15.5.16). */
function codingProblem({ headers }: FastifyRequest): Problem | undefined {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return undefined;
  const detail = `the content coding ${coding} is not read: send the body as it is`;
  return new Problem(HTTP_PROBLEMS.unsupportedMediaType, { detail, headers: { 'accept-encoding': 'identity' } });
}

/** The text of a body, or undefined when `done` was told what is wrong with it. */
function decode(request: FastifyRequest, bytes: Buffer, done: Done): string | undefined {
  const problem = codingProblem(request);
  if (problem) {
    done(problem);
    return undefined;
  }
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
