import { compileFilter, newBudget, type Field, type Filter } from '#libs/registry';

/** The fields of a kind of record by name. */
export type Fields = Readonly<Record<string, Field>>;

/** Filters that are kept compiled, for each kind of record; clients ask with the same few again and again. */
const MAX_KEPT = 256;

const kept = new WeakMap<Fields, Map<string, Filter>>();

/**
 * The filter that `?filter=` holds, for the records of one answer; without one everything passes.
 *
 * @throws FilterError, now or when it is used
 */
export function filterOf(text: string, fields: Fields): (record: unknown) => boolean {
  if (text === '') return () => true;
  const filter = compiledFilter(text, fields);
  const budget = newBudget();
  return (record) => filter(record, budget);
}

function compiledFilter(text: string, fields: Fields): Filter {
  const known = kept.get(fields) ?? new Map<string, Filter>();
  kept.set(fields, known);
  const filter = known.get(text) ?? compileFilter(text, fields);
  if (known.size >= MAX_KEPT) known.clear();
  known.set(text, filter);
  return filter;
}
