import { describe, expect, it } from 'vitest';
import { buildCursorLink, buildPageLinks } from './pagination.js';

describe('buildPageLinks', () => {
  it('keeps the other parameters', () => {
    expect(buildPageLinks('/tags?name=a%26b&page=2', { page: 2, page_size: 10, total: 25 })).toBe(
      [
        '</tags?name=a%26b&page=1>; rel="first"',
        '</tags?name=a%26b&page=1>; rel="prev"',
        '</tags?name=a%26b&page=3>; rel="next"',
        '</tags?name=a%26b&page=3>; rel="last"',
      ].join(', '),
    );
  });

  it('knows the ends', () => {
    const relations = (page: number, total: number) =>
      [...buildPageLinks('/tags', { page, page_size: 10, total }).matchAll(/rel="(\w+)"/g)].map(([, name]) => name);
    expect(relations(1, 0)).toEqual(['first', 'last']);
    expect(relations(1, 11)).toEqual(['first', 'next', 'last']);
    expect(relations(2, 11)).toEqual(['first', 'prev', 'last']);
    expect(relations(9, 11)).toEqual(['first', 'last']);
  });
});

describe('buildCursorLink', () => {
  it('keeps the other parameters, and has nothing to say at the end', () => {
    expect(buildCursorLink('/tags?cursor=&name=a%26b', 'x.y')).toBe('</tags?cursor=x.y&name=a%26b>; rel="next"');
    expect(buildCursorLink('/tags?cursor=x.y', null)).toBeUndefined();
  });
});
