import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursors } from './cursor.js';
import { Problem } from './problem.js';

const cursors = new Cursors(Buffer.alloc(32, 1));
const built = cursors.build('tags', ['系统', 7]);

describe('a cursor', () => {
  it('gives back any position that it was built from', () => {
    const values = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat()), { maxLength: 4 });
    fc.assert(
      fc.property(fc.string(), values, (scope, position) => {
        expect(cursors.parse(scope, cursors.build(scope, position))).toEqual(position);
      }),
    );
  });

  it.each([
    ['of another list', 'articles', built],
    ['of another secret', 'tags', new Cursors(Buffer.alloc(32, 2)).build('tags', ['系统', 7])],
    ['with another payload', 'tags', `${Buffer.from('["a",1]').toString('base64url')}.${built.split('.')[1]}`],
    ['without a signature', 'tags', built.split('.')[0]!],
    ['cut short', 'tags', built.slice(0, -1)],
    ['with more behind it', 'tags', `${built}A`],
    ['that is empty', 'tags', ''],
    ['of other letters', 'tags', '系统.x'],
  ])('%s is a 400 that names the parameter', (_, scope, cursor) => {
    const parse = () => cursors.parse(scope, cursor);
    expect(parse).toThrow(Problem);
    expect(parse).toThrow(expect.objectContaining({ errors: [expect.objectContaining({ parameter: 'cursor' })] }));
  });
});
