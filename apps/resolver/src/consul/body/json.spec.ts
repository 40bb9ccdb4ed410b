import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError, parseJson } from './json.js';

function parse(text: string): unknown {
  return parseJson(Buffer.from(text));
}

describe('parseJson', () => {
  // What Go 1.26 says of the same texts.
  it.each([
    ['', 'EOF'],
    [' \n', 'EOF'],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['"\u0001"', "invalid character '\\u0001' in string literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['{"a":\'x\'}', "invalid character '\\'' looking for beginning of value"],
    ['{"a":1} x', "invalid character 'x' after top-level value"],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{"a":"b', 'unexpected EOF'],
    ['{"a":', 'unexpected EOF'],
    ['{', 'unexpected EOF'],
    ['"\\u12', 'unexpected EOF'],
    ['-', 'unexpected EOF'],
    ['nul', 'unexpected EOF'],
  ])('refuses %j in the words of Go', (text, message) => {
    expect(() => parse(text)).toThrow(new DecodeError(message));
  });

  it.each([
    ['{"a":1,"a":1}', 'a'],
    ['[{"b":{"c":[],"d":{},"c":0}}]', 'c'],
    ['{"k":1,"\\u006b":2}', 'k'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('refuses a key that stands twice: %s', (text, key) => {
    expect(() => parse(text)).toThrow(new DecodeError(`json: duplicate field ${JSON.stringify(key)}`));
  });

  it.each(['{"a":{"a":1}}', '[{"a":1},{"a":1}]', '{"a":"\\"a\\":","b":"{[:"}', '{"a":1,"A":1}'])(
    'takes %s, where no object has a key twice',
    (text) => {
      expect(parse(text)).toEqual(JSON.parse(text));
    },
  );

  it('takes 64 levels and no more', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parse(nested(64))).toBeDefined();
    expect(() => parse(nested(65))).toThrow('exceeded max depth');
    expect(() => parse(nested(200_000))).toThrow('exceeded max depth');
  });

  it.each([
    [[0x22, 0xff, 0x22], 2],
    [[0x22, 0xe2, 0x82, 0x22], 2],
    [[...Buffer.from('"\ufffdä'), 0xc3, 0x22], 7],
  ])('names the first byte of %j that is no UTF-8', (bytes, at) => {
    expect(() => parseJson(Buffer.from(bytes))).toThrow(new DecodeError(`invalid UTF-8 at byte ${at}`));
  });

  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value, undefined, 1);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('fails with a DecodeError only, whatever the bytes', () => {
    const fragment = fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', 'u00', '1', 'e', 'true', '\n');
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.array(fragment, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''))),
    );
    fc.assert(
      fc.property(bytes, (body) => {
        try {
          parseJson(body);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
