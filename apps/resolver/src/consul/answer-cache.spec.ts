import { describe, expect, it } from 'vitest';
import { AnswerCache } from './answer-cache.js';

describe('AnswerCache', () => {
  it('makes an answer once for each question and index', () => {
    const cache = new AnswerCache();
    let made = 0;
    const build = () => Buffer.from(String(++made));
    expect(cache.get('a', 1, build)).toMatchObject({ bytes: Buffer.from('1'), index: 1, known: false });
    expect(cache.get('a', 1, build)).toMatchObject({ bytes: Buffer.from('1'), known: true });
    expect(cache.get('a', 2, build)).toMatchObject({ bytes: Buffer.from('2'), known: false });
    expect(cache.get('b', 2, build)).toMatchObject({ bytes: Buffer.from('3') });
    expect(cache.get('a', 2, build)).toMatchObject({ bytes: Buffer.from('2'), known: true });
  });

  it('lets the oldest go when it holds too much, but never the latest', () => {
    const cache = new AnswerCache();
    let made = 0;
    const large = (mebibytes: number) => () => {
      made++;
      return Buffer.alloc(mebibytes * 1024 * 1024);
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
