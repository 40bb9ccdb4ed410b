import { describe, expect, it } from 'vitest';
import { AnswerCache, toBody } from './answer-cache.js';

describe('AnswerCache', () => {
  it('makes an answer once for each question and index', () => {
    const cache = new AnswerCache();
    let made = 0;
    const build = () => toBody(String(++made));
    expect(cache.get('a', 1, build)).toMatchObject({ content: '1', index: 1, known: false });
    expect(cache.get('a', 1, build)).toMatchObject({ content: '1', known: true });
    expect(cache.get('a', 2, build)).toMatchObject({ content: '2', known: false });
    expect(cache.get('b', 2, build)).toMatchObject({ content: '3' });
    expect(cache.get('a', 2, build)).toMatchObject({ content: '2', known: true });
  });

  it('lets the oldest go when it holds too much, but never the latest', () => {
    const cache = new AnswerCache();
    let made = 0;
    const large = (mebibytes: number) => () => {
      made++;
      return toBody('x'.repeat(mebibytes * 1024 * 1024));
    };
    cache.get('a', 1, large(20));
    cache.get('b', 1, large(20));
    expect(cache.get('b', 1, large(20)).known).toBe(true);
    expect(cache.get('a', 1, large(20)).known).toBe(false);
    cache.get('huge', 1, large(40));
    expect(cache.get('huge', 1, large(40)).known).toBe(true);
    expect(made).toBe(4);
    cache.get('small', 1, large(1));
    expect(cache.get('huge', 1, large(40)).known).toBe(false);
  });
});

describe('toBody', () => {
  it.each([
    ['short', 'string', 5],
    ['ä', 'object', 2],
    ['x'.repeat(20_000), 'object', 20_000],
  ])('keeps %.10s as a %s', (text, type, length) => {
    const body = toBody(text);
    expect(typeof body.content).toBe(type);
    expect(body.length).toBe(length);
    expect(body.content.toString()).toBe(text);
  });
});
