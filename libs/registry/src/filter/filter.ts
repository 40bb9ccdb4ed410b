import type { Field } from './fields.js';
import { parseFilter } from './parser.js';
import { compilePattern, type Budget } from './pattern.js';
import { FilterError, type Expression, type Match, type Operator } from './syntax.js';

/** Says whether a record passes. @throws FilterError when patterns cost more than the budget has */
export type Filter = (record: unknown, budget: Budget) => boolean;

const OPERATORS: Readonly<Record<Field['kind'], readonly Operator[]>> = {
  string: ['==', '!=', 'in', 'not in', 'contains', 'not contains', 'matches', 'not matches'],
  number: ['==', '!='],
  boolean: ['==', '!='],
  list: ['in', 'not in', 'contains', 'not contains', 'is empty', 'is not empty'],
  map: ['in', 'not in', 'contains', 'not contains', 'is empty', 'is not empty'],
  object: [],
  objects: ['is empty', 'is not empty'],
};

/** Of a name that a map does not have, these hold. `matches` is Consul's oddity. */
const HOLDS_FOR_MISSING: ReadonlySet<Operator> = new Set<Operator>([
  '!=',
  'not in',
  'not contains',
  'is empty',
  'matches',
]);

/**
 * Makes a filter for records of the shape that `fields` describes. Selectors, operators, values and patterns are checked now, so
 * that evaluating can fail for its cost alone.
 *
 * @throws FilterError
 */
export function compileFilter(filter: string, fields: Readonly<Record<string, Field>>): Filter {
  return compile(parseFilter(filter), { kind: 'object', fields });
}

function compile(expression: Expression, root: Field): Filter {
  switch (expression.kind) {
    case 'match':
      return compileMatch(expression, root);
    case 'not': {
      const operand = compile(expression.operand, root);
      return (record, budget) => !operand(record, budget);
    }
    case 'and':
    case 'or': {
      const left = compile(expression.left, root);
      const right = compile(expression.right, root);
      if (expression.kind === 'and') return (record, budget) => left(record, budget) && right(record, budget);
      return (record, budget) => left(record, budget) || right(record, budget);
    }
  }
}

/** Walks down the selector, from the record to the value that the operator is about. */
function compileMatch(match: Match, root: Field): Filter {
  let field = root;
  const steps: ((next: Filter) => Filter)[] = [];
  for (const name of match.selector) {
    const inner = step(field, name, match);
    if (!inner) throw new FilterError(`Selector ${JSON.stringify(match.selector.join('.'))} is not valid`);
    steps.push(inner.wrap);
    field = inner.field;
  }
  return steps.reduceRight((next, wrap) => wrap(next), compileOperator(match, field));
}

function step(field: Field, name: string, match: Match): { field: Field; wrap: (next: Filter) => Filter } | undefined {
  if (field.kind === 'map') {
    const missing = HOLDS_FOR_MISSING.has(match.operator);
    return {
      field: field.of,
      wrap: (next) => (map, budget) => (hasOwn(map, name) ? next(member(map, name), budget) : missing),
    };
  }
  if (field.kind !== 'object' && field.kind !== 'objects') return undefined;
  if (!Object.hasOwn(field.fields, name)) return undefined;
  const inner = field.fields[name]!;
  if (field.kind === 'object')
    return { field: inner, wrap: (next) => (record, budget) => next(member(record, name), budget) };
  return {
    field: inner,
    wrap: (next) => (records, budget) => asList(records).some((record) => next(member(record, name), budget)),
  };
}

function compileOperator({ operator, selector, value }: Match, field: Field): Filter {
  if (!OPERATORS[field.kind].includes(operator)) {
    throw new FilterError(
      `Invalid match operator ${JSON.stringify(operator)} for selector ${JSON.stringify(selector.join('.'))}`,
    );
  }
  switch (operator) {
    case '==':
    case '!=': {
      const wanted = coerce(value, field);
      return (given) => ((given ?? zero(field)) === wanted) === (operator === '==');
    }
    case 'in':
    case 'contains':
      return contains(value, field);
    case 'not in':
    case 'not contains': {
      const has = contains(value, field);
      return (given, budget) => !has(given, budget);
    }
    case 'matches':
    case 'not matches': {
      const pattern = compilePattern(value);
      return (given, budget) => pattern(asText(given), budget) === (operator === 'matches');
    }
    case 'is empty':
    case 'is not empty':
      return (given) => (Object.keys(given ?? {}).length === 0) === (operator === 'is empty');
  }
}

/** A substring of a text, a member of a list, a name in a map. */
function contains(value: string, field: Field): Filter {
  if (field.kind === 'string') return (given) => asText(given).includes(value);
  if (field.kind === 'list') return (given) => asList(given).includes(value);
  return (given) => hasOwn(given, value);
}

/** A value as a field of that kind would hold it. Numbers in any base that Go's literals have. */
function coerce(value: string, field: Field): string | number | boolean {
  if (field.kind === 'number') {
    const octal = /^([+-]?)0_?([0-7]+)$/.exec(value);
    const number = octal ? parseInt(`${octal[1]}${octal[2]}`, 8) : Number(value === '' ? NaN : value);
    if (!Number.isInteger(number))
      throw new FilterError(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
    return number;
  }
  if (field.kind !== 'boolean') return value;
  if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(value)) return false;
  throw new FilterError(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
}

/** What an absent field counts as. */
function zero(field: Field): string | number | boolean {
  if (field.kind === 'number') return 0;
  return field.kind === 'boolean' ? false : '';
}

function member(record: unknown, name: string): unknown {
  return hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined;
}

function hasOwn(record: unknown, name: string): boolean {
  return typeof record === 'object' && record !== null && Object.hasOwn(record, name);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
