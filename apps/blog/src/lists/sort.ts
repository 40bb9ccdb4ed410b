import { z } from 'zod';
import type { Condition } from '../access.js';
import { allOf } from '../access.js';
import type { SqlValue } from '../database/database.js';

/** One of the columns that a list is sorted by. */
export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
}

const MAX_KEYS = 3;

/**
 * The parameter `sort` of a list: columns separated by commas, a `-` before those that go down.
 *
 * @param columns what may stand in it
 * @param fallback the order of a list that is asked for without it
 */
export function sortParameter(columns: readonly string[], fallback: string) {
  const column = `-?(?:${columns.join('|')})`;
  const form = new RegExp(`^${column}(?:,${column}){0,${MAX_KEYS - 1}}$`);
  return z
    .string()
    .regex(
      form,
      `must be one to ${MAX_KEYS} of ${columns.join(', ')}, separated by commas, each with - before it to go down`,
    )
    .refine((text) => isUnique(parseSort(text).map((key) => key.column)), 'names a column twice')
    .default(fallback)
    .describe(`Which column the items are sorted by, and within equal ones which next; \`-\` for downwards.`)
    .meta({ examples: [fallback] })
    .transform(parseSort);
}

/**
 * The keys that no two rows agree on: those given, and the id, in the direction of the first key.
 *
 * @param keys one or more
 */
export function totalOrder(keys: readonly SortKey[]): readonly SortKey[] {
  if (keys.some(({ column }) => column === 'id')) return keys;
  return [...keys, { column: 'id', descending: keys[0]!.descending }];
}

/** @param table the name that the columns go by in the query */
export function orderBy(keys: readonly SortKey[], table: string): string {
  return keys.map(({ column, descending }) => `${table}.${column}${descending ? ' DESC' : ''}`).join(', ');
}

/** The condition that a row comes after the one that has `values` in the columns of `keys`. */
export function after(keys: readonly SortKey[], table: string, values: readonly SqlValue[]): Condition {
  const alternatives = keys.map((key, n) =>
    allOf([
      ...keys.slice(0, n).map((equal, i) => ({ sql: `${table}.${equal.column} = ?`, values: [values[i]!] })),
      { sql: `${table}.${key.column} ${key.descending ? '<' : '>'} ?`, values: [values[n]!] },
    ]),
  );
  // The first key on its own is what lets the stores begin in the middle of an index.
  const begin = { sql: `${table}.${keys[0]!.column} ${keys[0]!.descending ? '<=' : '>='} ?`, values: [values[0]!] };
  return allOf([begin, anyOf(alternatives)]);
}

function anyOf(conditions: readonly Condition[]): Condition {
  return {
    sql: `(${conditions.map(({ sql }) => `(${sql})`).join(' OR ')})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function parseSort(text: string): SortKey[] {
  return text.split(',').map((key) => ({ column: key.replace('-', ''), descending: key.startsWith('-') }));
}

function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
