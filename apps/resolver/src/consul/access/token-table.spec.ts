import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyOf, parseTokens, TokenFileError } from './token-table.js';

const HASH = createHash('sha256').update('secret').digest('hex');
const OTHER = createHash('sha256').update('other').digest('hex');

describe('parseTokens', () => {
  it('reads roles and hashes, and passes over all else', () => {
    const table = parseTokens(
      `# who may do what\r\n\nread sha256:${HASH}\n  operator\tsha256:${OTHER.toUpperCase()}  the admins\n`,
    );
    expect([...table].map(([key, { role }]) => [key, role])).toEqual([
      [HASH, 'read'],
      [OTHER, 'operator'],
    ]);
    expect(table.get(keyOf('secret'))?.role).toBe('read');
    expect(table.get(keyOf('Secret'))).toBeUndefined();
  });

  it('gives each token an accessor of its own, the same each time', () => {
    const accessors = [`read sha256:${HASH}`, `write sha256:${HASH}`, `read sha256:${OTHER}`].map(
      (line) => [...parseTokens(line).values()][0]!.accessor,
    );
    expect(accessors[0]).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(accessors[1]).toBe(accessors[0]);
    expect(accessors[2]).not.toBe(accessors[0]);
    expect(HASH).not.toContain(accessors[0]!.slice(0, 8));
  });

  it.each([
    ['read', 'line 1: expected a role, sha256: and 64 hexadecimal digits'],
    [`read sha256:${HASH.slice(1)}`, 'line 1: expected a role'],
    [`read sha256:${HASH}0`, 'line 1: expected a role'],
    [`read md5:${HASH}`, 'line 1: expected a role'],
    [`\n\nadmin sha256:${HASH}`, 'line 3: the role is none of read, write, operator'],
    [`read sha256:${HASH}\nwrite sha256:${HASH}`, 'line 2: the token is there already'],
    [`a\nb`, '; line 2: expected a role'],
  ])('tells what is wrong with %j', (content, message) => {
    expect(() => parseTokens(content)).toThrow(TokenFileError);
    expect(() => parseTokens(content)).toThrow(message);
  });

  it('never repeats what a line holds: it may be a token', () => {
    try {
      parseTokens('read my-token-in-the-clear');
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toContain('my-token');
    }
  });
});
