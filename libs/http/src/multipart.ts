import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { HTTP_PROBLEMS } from './http-problems.js';
import { Problem } from './problem.js';

/** What a form with a file must consist of. */
export interface FileForm {
  /** The field that holds the file. */
  readonly file: string;
  /** Octets of the largest file; a larger one is a 413. */
  readonly maxBytes: number;
  /** Other fields that it may have, all of them texts. */
  readonly fields?: readonly string[];
}

export interface ReceivedFile {
  readonly bytes: Buffer;
  /** The other fields that were sent. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Octets of a field that is no file, and of the headers of a part. */
const MAX_FIELD = 1_024;

/** Parts that are looked at: more are a mistake or an attack. */
const MAX_PARTS = 16;

/** The body of a `multipart/form-data` request (RFC 7578), which has not been read yet. */
export class MultipartBody {
  readonly #headers: IncomingHttpHeaders;
  readonly #stream: Readable;

  constructor(headers: IncomingHttpHeaders, stream: Readable) {
    this.#headers = headers;
    this.#stream = stream;
  }

  /**
   * Reads the body to its end.
   *
   * @throws Problem when it is malformed, too large, or not of the form that is wanted
   */
  async read(form: FileForm): Promise<ReceivedFile> {
    const received: { bytes?: Buffer; fields: Record<string, string> } = { fields: {} };
    await parse(this.#stream, this.#headers, form, received);
    const { bytes, fields } = received;
    if (!bytes) throw wrongField(form.file, 'a file is expected');
    return { bytes, fields };
  }
}

function parse(
  stream: Readable,
  headers: IncomingHttpHeaders,
  form: FileForm,
  received: { bytes?: Buffer; fields: Record<string, string> },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const parser = createParser(headers, form.maxBytes);
  // Who is told an error only after all has been sent reads it; the time-out of requests bounds how long that takes.
  const fail = (error: Error) => {
    stream.unpipe(parser);
    stream.resume();
    reject(error);
  };
  parser.on('file', (name, file) => {
    const chunks: Buffer[] = [];
    if (name !== form.file || received.bytes) fail(wrongField(name, `one file is expected, as ${form.file}`));
    file.on('data', (chunk: Buffer) => chunks.push(chunk));
    file.on('error', (error) => fail(malformed('the file is cut off', error)));
    file.on('limit', () => fail(tooLarge(form.maxBytes)));
    file.on('end', () => (received.bytes = Buffer.concat(chunks)));
  });
  parser.on('field', (name, value, _nameCut, valueCut) => {
    if (!form.fields?.includes(name)) fail(wrongField(name, 'there is no such field'));
    else if (valueCut) fail(wrongField(name, `is longer than ${MAX_FIELD} octets`));
    else received.fields[name] = value;
  });
  parser.on('partsLimit', () => fail(malformed(`more than ${MAX_PARTS} parts`)));
  parser.on('error', (error) => fail(malformed('the body is not valid multipart/form-data', error as Error)));
  parser.on('finish', resolve);
  stream.on('error', fail);
  stream.on('close', () => stream.readableEnded || fail(malformed('the body ended too soon')));
  stream.pipe(parser);
  return promise;
}

function createParser(headers: IncomingHttpHeaders, maxBytes: number): BusboyInstance {
  const limits = {
    fileSize: maxBytes,
    fieldSize: MAX_FIELD,
    fieldNameSize: MAX_FIELD,
    parts: MAX_PARTS,
    headerPairs: 16,
  };
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits });
  } catch (error) {
    throw malformed('the Content-Type names no boundary', error as Error);
  }
}

function wrongField(name: string, detail: string): Problem {
  const pointer = `#/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return new Problem(HTTP_PROBLEMS.invalidBody, { errors: [{ pointer, detail }] });
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(HTTP_PROBLEMS.bodyTooLarge, { detail: `a file may have ${maxBytes} octets` });
}

function malformed(detail: string, cause?: Error): Problem {
  return new Problem(HTTP_PROBLEMS.malformedRequest, { detail, cause });
}
