import { describe, expect, it } from 'vitest';
import { VerifiedTokens } from './verified-tokens.js';

const identity = { name: 'ann', role: 'author', account: 1, session: 's' } as const;
const verified = { identity, expires: 100, checkedAt: 1 };

describe('VerifiedTokens', () => {
  it('remembers a token until it ends', () => {
    const tokens = new VerifiedTokens();
    tokens.add('a', verified);
    expect(tokens.find('a', 99)?.identity).toBe(identity);
    expect(tokens.find('b', 99)).toBeUndefined();
    expect(tokens.find('a', 100)).toBeUndefined();
    expect(tokens.find('a', 99)).toBeUndefined();
  });

  it('holds no more than its capacity, and drops the oldest', () => {
    const tokens = new VerifiedTokens(2);
    for (const token of ['a', 'b', 'c']) tokens.add(token, verified);
    expect(['a', 'b', 'c'].map((token) => tokens.find(token, 0) !== undefined)).toEqual([false, true, true]);
  });

  it('makes no room for what it holds already, and forgets what it is told to', () => {
    const tokens = new VerifiedTokens(2);
    for (const token of ['a', 'b', 'b']) tokens.add(token, verified);
    expect(tokens.find('a', 0)).toBe(verified);
    tokens.delete('a');
    expect(tokens.find('a', 0)).toBeUndefined();
  });
});
