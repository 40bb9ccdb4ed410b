import { compileFilter, type Field, type Filter } from '#libs/registry';

/** The fields of a kind of record by name. */
export type Fields = Readonly<Record<string, Field>>;

/** Filters that are kept compiled, for each kind of record; clients ask with the same few again and again. */
const MAX_KEPT = 256;

const kept = new WeakMap<Fields, Map<string, Filter>>();

/**
 * The filter that `?filter=` holds, for records with these fields; without one everything passes.
 *
 * @throws FilterError
 */
export function filterOf(text: string, fields: Fields): Filter {
  if (text === '') return () => true;
  const known = kept.get(fields) ?? new Map<string, Filter>();
  kept.set(fields, known);
  const filter = known.get(text) ?? compileFilter(text, fields);
  if (known.size >= MAX_KEPT) known.clear();
  known.set(text, filter);
  return filter;
}
