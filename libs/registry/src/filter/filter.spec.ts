import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOOLEAN, LIST, mapOf, NUMBER, objectOf, objectsOf, STRING } from './fields.js';
import { compileFilter } from './filter.js';
import { newBudget } from './pattern.js';
import { FilterError } from './syntax.js';

const FIELDS = {
  Name: STRING,
  Port: NUMBER,
  Override: BOOLEAN,
  Tags: LIST,
  Meta: mapOf(STRING),
  Weights: objectOf({ Passing: NUMBER }),
  Addresses: mapOf(objectOf({ Port: NUMBER })),
  Checks: objectsOf({ Status: STRING, Tags: LIST }),
};

const RECORD = {
  Name: 'web-1',
  Port: 16,
  Override: true,
  Tags: ['v1', 'a b'],
  Meta: { team: 'blog', 'a.b': 'x', __proto__x: 'y' },
  Weights: { Passing: 3 },
  Addresses: { lan: { Port: 80 } },
  Checks: [
    { Status: 'passing', Tags: [] },
    { Status: 'critical', Tags: ['t'] },
  ],
};

function passes(filter: string, record: unknown = RECORD): boolean {
  return compileFilter(filter, FIELDS)(record, newBudget());
}

/** What the filter says, or false when it is refused as it should be; other errors pass through. */
function outcome(filter: string, record: unknown): boolean {
  try {
    return passes(filter, record);
  } catch (error) {
    if (error instanceof FilterError) return false;
    throw error;
  }
}

describe('a filter', () => {
  it.each<[string, boolean]>([
    // strings
    ['Name == web', false],
    ['Name == "web-1"', true],
    ['Name == `web-1`', true],
    ['Name != "web-1"', false],
    ['"eb" in Name', true],
    ['Name contains "eb"', true],
    ['Name not contains "eb"', false],
    ['"xx" not in Name', true],
    ['Name matches "^web-[0-9]$"', true],
    ['Name matches "eb"', true],
    ['Name not matches "^x"', true],
    // numbers and booleans
    ['Port == 16', true],
    ['Port == "0x10"', true],
    ['Port == "020"', true],
    ['Port != 17', true],
    ['Override == true', true],
    ['Override != f', true],
    ['Weights.Passing == 3', true],
    // lists
    ['v1 in Tags', true],
    ['"a b" in Tags', true],
    ['"V1" in Tags', false],
    ['Tags contains v1', true],
    ['Tags not contains v1', false],
    ['Tags is empty', false],
    ['Tags is not empty', true],
    // maps
    ['Meta.team == blog', true],
    ['Meta["a.b"] == "x"', true],
    ['Meta["team"] matches "^b"', true],
    ['team in Meta', true],
    ['toString in Meta', false],
    ['Meta is not empty', true],
    ['Addresses.lan.Port == 80', true],
    // names that a map does not have
    ['Meta.none == "x"', false],
    ['Meta.none != "x"', true],
    ['"x" in Meta.none', false],
    ['"x" not in Meta.none', true],
    ['Meta.none matches "x"', true],
    ['Meta.none not matches "x"', false],
    ['Addresses.wan.Port != 80', true],
    // lists of objects: any of them
    ['Checks.Status == passing', true],
    ['Checks.Status == warning', false],
    ['Checks is not empty', true],
    ['t in Checks.Tags', true],
    // joining
    ['Port == 1 or Port == 16 and Override == true', true],
    ['(Port == 1 or Port == 16) and Override == false', false],
    ['not Port == 1', true],
    ['not (Port == 16 or Port == 1)', false],
    ['not not Port == 16', true],
    ['  Port==16  ', true],
  ])('%s is %s', (filter, wanted) => {
    expect(passes(filter)).toBe(wanted);
  });

  it.each([
    ['Nope == 1', 'Selector "Nope" is not valid'],
    ['Name.sub == 1', 'Selector "Name.sub" is not valid'],
    ['toString == 1', 'Selector "toString" is not valid'],
    ['Tags == "v1"', 'Invalid match operator "==" for selector "Tags"'],
    ['Port contains 1', 'Invalid match operator "contains" for selector "Port"'],
    ['Name is empty', 'Invalid match operator "is empty" for selector "Name"'],
    ['Weights == 1', 'Invalid match operator'],
    ['Port == x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['Port == 1.5', 'strconv.ParseInt'],
    ['Port == ""', 'strconv.ParseInt'],
    ['Override == maybe', 'strconv.ParseBool'],
    ['Port == 0x10', 'column 9'],
    ['', 'column 1'],
    ['Name', 'expected an operator'],
    ['Name ==', 'expected a value'],
    ['Name == x y', 'expected "and", "or" or the end'],
    ['(Name == x', 'expected ")"'],
    ['Name is full', 'expected "empty"'],
    ['Name not == x', 'expected "in", "contains" or "matches"'],
    ['"a" in "b"', 'is no selector'],
    ['Name == "open', 'column 9'],
    ['Name == "bad \\q"', 'invalid string'],
    ['Name ~ x', 'column 6'],
    ['Name matches "("', 'missing closing )'],
    ['Name matches "(?=x)"', 'invalid'],
    [`Name matches "${'a'.repeat(300)}"`, 'longer than 256'],
    ['Name matches "(?:[a-z]{1,50}){1,19}[0-9]"', 'too many repetitions'],
    [`${'not '.repeat(100)}Port == 1`, 'nested deeper than 64'],
    [`${'('.repeat(2_000)}Port == 1`, 'nested deeper than 64'],
    [`Name == "${'x'.repeat(5_000)}"`, 'longer than 4096'],
  ])('%s is refused', (filter, message) => {
    expect(() => compileFilter(filter, FIELDS)).toThrow(FilterError);
    expect(() => compileFilter(filter, FIELDS)).toThrow(message);
  });

  it('treats what a record lacks as empty', () => {
    expect(passes('Name == "" and Port == 0 and Override == false and Tags is empty', {})).toBe(true);
  });

  it('takes no more than linear time for a hostile pattern', () => {
    // V8's own engine would take longer than the age of the universe.
    expect(passes('Name matches "^(a+)+$"', { Name: `${'a'.repeat(4_000)}!` })).toBe(false);
  });

  it('looks at the first 4096 characters of a text', () => {
    const text = (blanks: number) => ({ Name: `${' '.repeat(blanks)}x` });
    expect(passes('Name matches x', text(4_095))).toBe(true);
    expect(passes('Name matches x', text(4_096))).toBe(false);
  });

  it('gives all patterns of a query 200 ms together', () => {
    let time = 0;
    const budget = newBudget(() => (time += 10));
    const filter = compileFilter('Name matches a or Name matches b', FIELDS);
    for (let i = 0; i < 10; i++) expect(filter({ Name: 'b' }, budget)).toBe(true);
    expect(() => filter({ Name: 'b' }, budget)).toThrow(new FilterError('the patterns took longer than 200 ms'));
    expect(filter({ Name: 'b' }, newBudget())).toBe(true);
  });

  it('never fails but with a FilterError, and once compiled never', () => {
    const word = fc.constantFrom(
      'Name',
      'Port',
      'Tags',
      'Meta',
      'Meta.x',
      'Checks.Status',
      'not',
      'and',
      'or',
      'in',
      'is',
      'empty',
      'matches',
    );
    const piece = fc.oneof(
      word,
      fc.constantFrom('==', '!=', '(', ')', '"x"', '`', '1', 'contains'),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.anything(), (pieces, record) => {
        expect(typeof outcome(pieces.join(' '), record)).toBe('boolean');
      }),
      { numRuns: 2_000 },
    );
  });
});
