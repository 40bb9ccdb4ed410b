import { describe, expect, it } from 'vitest';
import { VerifiedTokens } from './verified-tokens.js';

const user = { name: 'ann', role: 'author' } as const;

describe('VerifiedTokens', () => {
  it('remembers a token until it ends', () => {
    const tokens = new VerifiedTokens();
    tokens.add('a', { user, expires: 100 });
    expect(tokens.find('a', 99)?.user).toBe(user);
    expect(tokens.find('b', 99)).toBeUndefined();
    expect(tokens.find('a', 100)).toBeUndefined();
    expect(tokens.find('a', 99)).toBeUndefined();
  });

  it('holds no more than its capacity, and drops the oldest', () => {
    const tokens = new VerifiedTokens(2);
    for (const token of ['a', 'b', 'c']) tokens.add(token, { user, expires: 100 });
    expect(['a', 'b', 'c'].map((token) => tokens.find(token, 0) !== undefined)).toEqual([false, true, true]);
  });
});
