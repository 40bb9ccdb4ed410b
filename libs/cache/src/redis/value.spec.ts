import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildValue, describeValue, parseValue } from './value.js';

const STAMP = 'epoch.generation';

describe('a value in Redis', () => {
  it('is read as it was built', () => {
    const etag = fc.string({ unit: fc.constantFrom('!', '#', '~', '\u0080', '\u00ff', 'a', '0', '"') });
    const body = fc.option(fc.uint8Array(), { nil: undefined });
    const note = fc.option(fc.string({ unit: fc.constantFrom('<', '>', ' ', '"', 'a', '0'), minLength: 1 }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.maxSafeNat(), body, etag, note, (version, octets, tag, text) => {
        const entry = {
          version,
          body: octets && Buffer.from(octets),
          etag: tag,
          ...(text !== undefined && { note: text }),
        };
        expect(parseValue(buildValue(entry, 'nonce', STAMP), STAMP)).toEqual(entry);
      }),
    );
  });

  it('is none of another generation, and none while one is missing', () => {
    const value = buildValue({ version: 1, body: Buffer.from('x'), etag: '' }, 'nonce', STAMP);
    expect(parseValue(value, 'epoch.another')).toBeUndefined();
    expect(parseValue(value, undefined)).toBeUndefined();
    expect(describeValue(value, 'epoch.another')).toMatchObject({ kind: 'value', current: false });
  });

  it.each(['T 0 nonce', 'T 12 nonce', '', 'X 1 nonce stamp tag\nbody'])('holds no entry: %j', (text) => {
    expect(parseValue(Buffer.from(text), STAMP)).toBeUndefined();
  });

  it.each([
    [-1, '"1"'],
    [1.5, '"1"'],
    [NaN, '"1"'],
    [2 ** 53, '"1"'],
    [1, '"a b"'],
    [1, '"a\nb"'],
    [1, '"\u20ac"'],
  ])('cannot be built of version %d and tag %j', (version, etag) => {
    expect(() => buildValue({ version, body: undefined, etag }, 'nonce', STAMP)).toThrow(TypeError);
  });

  it.each(['', 'a\nb', '\u00e4'])('cannot be built of the note %j', (note) => {
    expect(() => buildValue({ version: 1, body: undefined, etag: '', note }, 'nonce', STAMP)).toThrow('is no note');
  });
});
