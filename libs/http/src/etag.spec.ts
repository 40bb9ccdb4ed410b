import { describe, expect, it } from 'vitest';
import { buildEtag, isNoneMatch, requireMatch } from './etag.js';
import { Problem } from './problem.js';

const CURRENT = buildEtag(7, 2);

function statusOf(header: string | undefined): number {
  try {
    requireMatch(header, CURRENT);
    return 200;
  } catch (error) {
    return (error as Problem).kind.status;
  }
}

describe('If-Match', () => {
  it.each([
    [undefined, 428],
    ['', 412],
    ['"7-1"', 412],
    ['7-2', 412],
    ['W/"7-2"', 412],
    ['"7-2"', 200],
    ['*', 200],
    [' "7-1" , "7-2"', 200],
    ['"7-1,7-2"', 412],
  ])('%j is a %d', (header, status) => {
    expect(statusOf(header)).toBe(status);
  });
});

describe('If-None-Match', () => {
  it.each([
    [undefined, false],
    ['"7-1"', false],
    ['"7-2"', true],
    ['W/"7-2"', true],
    ['"7-1", "7-2"', true],
    ['*', true],
  ])('%j: known is %s', (header, known) => {
    expect(isNoneMatch(header, CURRENT)).toBe(known);
  });
});
