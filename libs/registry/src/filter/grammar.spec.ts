// Filters made at random: what is printed is parsed again, and what is compiled says what a plain reading of the tree says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOOLEAN, LIST, mapOf, NUMBER, objectOf, objectsOf, STRING, type Field } from './fields.js';
import { compileFilter } from './filter.js';
import { parseFilter } from './parser.js';
import { newBudget } from './pattern.js';
import type { Expression, Match, Operator } from './syntax.js';

const FIELDS: Record<string, Field> = {
  Name: STRING,
  Port: NUMBER,
  Open: BOOLEAN,
  Tags: LIST,
  Meta: mapOf(STRING),
  Weights: objectOf({ Passing: NUMBER }),
  Checks: objectsOf({ Status: STRING, Tags: LIST }),
};

const WORDS = ['a', 'b', 'ab', 'and', 'in', '', 'a b', '"', '\\', 'ä', '`', '0x10', '(', 'true', 'is empty'];
const word = fc.constantFrom(...WORDS);
const status = fc.constantFrom('a', 'b', 'ab');
const PLAIN = /^[a-zA-Z]\w*$/;
/** Bare words that the grammar reads as something else. */
const RESERVED = new Set(['and', 'or', 'not', 'in', 'is', 'contains', 'matches', 'empty']);

const EQUALS: readonly Operator[] = ['==', '!='];
const CONTAINS: readonly Operator[] = ['in', 'not in', 'contains', 'not contains'];
const EMPTY: readonly Operator[] = ['is empty', 'is not empty'];
const MATCHES: readonly Operator[] = ['matches', 'not matches'];

function match(
  selector: fc.Arbitrary<readonly string[]>,
  operators: readonly Operator[],
  value: fc.Arbitrary<string>,
): fc.Arbitrary<Match> {
  return fc.tuple(selector, fc.constantFrom(...operators), value).map(([path, operator, given]) => ({
    kind: 'match',
    selector: path,
    operator,
    value: operator.startsWith('is ') ? '' : given,
  }));
}

const text = fc.oneof(
  fc.constantFrom(['Name'], ['Checks', 'Status']),
  word.filter((key) => key !== '').map((key) => ['Meta', key]),
);
const number = fc.constantFrom(['Port'], ['Weights', 'Passing']);
const list = fc.constantFrom(['Tags'], ['Checks', 'Tags']);

const leaf = fc.oneof(
  match(text, [...EQUALS, ...CONTAINS], word),
  match(text, MATCHES, fc.constantFrom('a', '^a', 'b$', '.', '^$', '[^a]')),
  match(number, EQUALS, fc.integer({ min: 0, max: 3 }).map(String)),
  match(fc.constant(['Open']), EQUALS, fc.constantFrom('true', 'false', 't', '0')),
  match(list, [...CONTAINS, ...EMPTY], word),
  match(fc.constant(['Meta']), [...CONTAINS, ...EMPTY], word),
  match(fc.constant(['Checks']), EMPTY, word),
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'filter' },
    leaf,
    tie('expression').map((operand) => ({ kind: 'not', operand }) as const),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), tie('expression'), tie('expression'))
      .map(([kind, left, right]) => ({ kind, left, right })),
  ),
}));

const record = fc.record({
  Name: word,
  Port: fc.integer({ min: 0, max: 3 }),
  Open: fc.boolean(),
  Tags: fc.array(word, { maxLength: 3 }),
  Meta: fc.dictionary(word, word, { maxKeys: 3 }),
  Weights: fc.record({ Passing: fc.integer({ min: 0, max: 3 }) }),
  Checks: fc.array(fc.record({ Status: status, Tags: fc.array(word, { maxLength: 2 }) }), { maxLength: 2 }),
});

/** How tightly an operator binds; what stands in a looser one needs no parentheses. */
const BINDING = { or: 0, and: 1, not: 2, match: 3 };

/** Writes a filter, with parentheses only where they are needed: `and` and `or` take what is to their right first. */
function print(filter: Expression, quote: (value: string) => string): string {
  const inside = (inner: Expression, least: number): string =>
    BINDING[inner.kind] < least ? `(${print(inner, quote)})` : print(inner, quote);
  switch (filter.kind) {
    case 'match':
      return printMatch(filter, quote);
    case 'not':
      return `not ${inside(filter.operand, BINDING.not)}`;
    case 'and':
    case 'or':
      return `${inside(filter.left, BINDING[filter.kind])} ${filter.kind} ${inside(filter.right, BINDING[filter.kind] + 1)}`;
  }
}

function printMatch({ selector, operator, value }: Match, quote: (value: string) => string): string {
  const [root, ...path] = selector;
  const name = root + path.map((part) => (PLAIN.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`)).join('');
  if (operator.startsWith('is ')) return `${name} ${operator}`;
  return operator.endsWith('in') ? `${quote(value)} ${operator} ${name}` : `${name} ${operator} ${quote(value)}`;
}

const quotes: readonly ((value: string) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => (value.includes('`') ? JSON.stringify(value) : `\`${value}\``),
  (value) => (PLAIN.test(value) && !RESERVED.has(value) ? value : JSON.stringify(value)),
];

/** What a filter says of a record, read off the tree. */
function holds(filter: Expression, given: Record<string, unknown>): boolean {
  switch (filter.kind) {
    case 'not':
      return !holds(filter.operand, given);
    case 'and':
      return holds(filter.left, given) && holds(filter.right, given);
    case 'or':
      return holds(filter.left, given) || holds(filter.right, given);
    case 'match':
      return matchHolds(filter, given);
  }
}

function matchHolds({ selector, operator, value }: Match, given: Record<string, unknown>): boolean {
  const [root, key] = selector as [string, string | undefined];
  const at = given[root] as never;
  if (key === undefined) return holdsOf(at, operator, value);
  if (root === 'Checks') return (at as Record<string, unknown>[]).some((check) => holdsOf(check[key], operator, value));
  if (root === 'Meta' && !Object.hasOwn(at, key)) return ['!=', 'not in', 'not contains', 'matches'].includes(operator);
  return holdsOf(at[key], operator, value);
}

function holdsOf(given: unknown, operator: Operator, value: string): boolean {
  const names = Array.isArray(given) ? given : Object.keys(given as object);
  const has = typeof given === 'string' ? given.includes(value) : names.includes(value);
  switch (operator) {
    case '==':
      return typeof given === 'boolean' ? given === 'true t'.split(' ').includes(value) : String(given) === value;
    case '!=':
      return !holdsOf(given, '==', value);
    case 'in':
    case 'contains':
      return has;
    case 'not in':
    case 'not contains':
      return !has;
    case 'matches':
      return new RegExp(value, 'u').test(given as string);
    case 'not matches':
      return !new RegExp(value, 'u').test(given as string);
    case 'is empty':
      return names.length === 0;
    case 'is not empty':
      return names.length > 0;
  }
}

describe('the filter language', () => {
  it('parses what is printed, however values are quoted', () => {
    fc.assert(
      fc.property(expression, fc.constantFrom(...quotes), (filter, quote) => {
        expect(parseFilter(print(filter, quote))).toEqual(filter);
      }),
      { numRuns: 1_000 },
    );
  });

  it('says what the tree says', () => {
    fc.assert(
      fc.property(expression, record, (filter, given) => {
        const compiled = compileFilter(print(filter, quotes[0]!), FIELDS);
        expect(compiled(given, newBudget())).toBe(holds(filter, given));
      }),
      { numRuns: 2_000 },
    );
  });
});
