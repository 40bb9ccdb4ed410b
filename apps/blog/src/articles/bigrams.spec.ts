import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBigrams, buildPhrase } from './bigrams.js';

const word = (pair: string) => Array.from(pair, (character) => character.codePointAt(0)!.toString(36)).join('_');

describe('bigrams', () => {
  it('are a word for each pair of neighbours, in small letters', () => {
    expect(buildBigrams('AbC')).toBe(`${word('ab')} ${word('bc')}`);
    expect(buildBigrams('系统𝒳')).toBe(`${word('系统')} ${word('统𝒳')}`);
    expect(buildBigrams('İx')).toBe(`${word('i\u0307')} ${word('\u0307x')}`);
  });

  it('keep texts apart, and are none of less than two characters', () => {
    expect(buildBigrams('ab', 'x', '', 'cd')).toBe(`${word('ab')} boundary  boundary  boundary ${word('cd')}`);
  });

  it('are letters and digits of ASCII, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(buildBigrams(text, text)).toMatch(/^[a-z0-9_ ]*$/);
      }),
    );
  });

  it('of a text hold the phrase of each of its parts, in whatever case', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aBΣσςİıß系统 -𝒳'), minLength: 2 });
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), (whole, from, more) => {
        const characters = Array.from(whole);
        const start = from % (characters.length - 1);
        const part = characters.slice(start, start + 2 + (more % characters.length)).join('');
        expect(buildBigrams(whole)).toContain(buildPhrase(part).slice(1, -1));
      }),
    );
  });
});
