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

  it.each([
    ['/tags?page=2&page=3&name=x', '/tags?page=1&name=x'],
    ['/tags?page', '/tags?page=1'],
    ['/tags?mypage=2&%70age=3', '/tags?mypage=2&page=1'],
    ['/tags?name=%26page%3D7&x=?page=8', '/tags?name=%26page%3D7&x=%3Fpage%3D8&page=1'],
    ['/tags?', '/tags?page=1'],
  ])('finds the place of the page in %s', (url, first) => {
    expect(buildPageLinks(url, { page: 1, page_size: 10, total: 1 })).toBe(
      `<${first}>; rel="first", <${first}>; rel="last"`,
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
