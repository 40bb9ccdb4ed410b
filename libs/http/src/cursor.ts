import { createHmac, timingSafeEqual } from 'node:crypto';
import { HTTP_PROBLEMS } from './http-problems.js';
import { Problem } from './problem.js';

/** What a list is sorted by: the values of its last row. */
export type Position = readonly (string | number)[];

const SIGNATURE_OCTETS = 16;
const CURSOR = /^([A-Za-z0-9_-]{1,4000})\.([A-Za-z0-9_-]{22})$/;

/**
 * Builds and parses the cursors by which a list is read on: where the last answer ended, signed, so that only what was given
 * out is taken back, and only for the same list with the same filters and order.
 */
export class Cursors {
  /** @param secret the same in every process that serves the lists */
  constructor(private readonly secret: Buffer) {}

  /** @param scope names the list, its filters and its order */
  build(scope: string, position: Position): string {
    const payload = Buffer.from(JSON.stringify(position)).toString('base64url');
    return `${payload}.${this.sign(scope, payload).toString('base64url')}`;
  }

  /** @throws Problem 400 when the cursor was not built by `build` with the same scope */
  parse(scope: string, cursor: string): Position {
    const [, payload = '', signature = ''] = CURSOR.exec(cursor) ?? [];
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== SIGNATURE_OCTETS || !timingSafeEqual(given, this.sign(scope, payload))) throw unknownCursor();
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Position;
  }

  private sign(scope: string, payload: string): Buffer {
    return createHmac('sha256', this.secret).update(`${scope}\n${payload}`).digest().subarray(0, SIGNATURE_OCTETS);
  }
}

function unknownCursor(): Problem {
  const detail = 'is none that was given out for this list with these filters and this order';
  return new Problem(HTTP_PROBLEMS.malformedRequest, {
    detail: 'a parameter of the query is wrong',
    errors: [{ parameter: 'cursor', detail }],
  });
}
