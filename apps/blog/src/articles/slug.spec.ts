import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSlug, freeSlug, slugCandidates } from './slug.js';

describe('buildSlug', () => {
  it.each([
    ['Hello, world!', 'hello-world'],
    ['  C++ / Go & Node.js 26 ', 'c-go-node-js-26'],
    ['分布式系统实践', '分布式系统实践'],
    ['Cafe\u0301 au lait', 'caf\u00e9-au-lait'],
    ['!?', 'article'],
    ['😀', 'article'],
  ])('%j is %j', (title, slug) => {
    expect(buildSlug(title)).toBe(slug);
  });

  it('needs no escape but that of its letters, and fits the column', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (title) => {
        const slug = buildSlug(title);
        expect(slug).toMatch(/^[\p{L}\p{M}\p{N}]+(-[\p{L}\p{M}\p{N}]+)*$/u);
        expect(Array.from(slug).length).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe('freeSlug', () => {
  it('takes the first number that is free', () => {
    expect(freeSlug(slugCandidates('a'), new Set())).toBe('a');
    expect(freeSlug(slugCandidates('a'), new Set(['a', 'a-2', 'a-4']))).toBe('a-3');
  });

  it('takes a random end when all numbers are taken', () => {
    const candidates = slugCandidates('a');
    expect(candidates).toHaveLength(9);
    expect(freeSlug(candidates, new Set(candidates))).toMatch(/^a-[0-9a-f]{10}$/);
  });
});
