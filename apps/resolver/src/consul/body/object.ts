import { DecodeError } from './json.js';
import { mismatch, reader, type Read, type Reader } from './reader.js';
import { requireStorable } from './values.js';

type Fields = Readonly<Record<string, Reader<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]: Read<F[K]> };

/** An object with exactly these keys, in any letter case. `aliases` maps further spellings, in lower case, to them. */
export function object<F extends Fields>(
  fields: F,
  aliases: Readonly<Record<string, keyof F & string>> = {},
): Reader<Values<F>> {
  return objectOf(fields, aliases, false);
}

/** The same, but keys that are not known are passed over. */
export function looseObject<F extends Fields>(fields: F): Reader<Values<F>> {
  return objectOf(fields, {}, true);
}

function objectOf<F extends Fields>(
  fields: F,
  aliases: Readonly<Record<string, keyof F & string>>,
  loose: boolean,
): Reader<Values<F>> {
  const names = new Map<string, string>(Object.entries(aliases));
  const readers = Object.entries(fields);
  for (const [name] of readers) names.set(name.toLowerCase(), name);
  const properties = Object.fromEntries(readers.map(([name, { schema }]) => [name, schema]));
  return reader({ type: 'object', properties, additionalProperties: loose }, (value, path) => {
    const given = membersByName(asObject(value, path), names, loose);
    const read = readers.map(([name, field]) => [name, field(given.get(name), `${path}.${name}`)]);
    return Object.fromEntries(read) as Values<F>;
  });
}

function membersByName(value: object, names: ReadonlyMap<string, string>, loose: boolean): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) {
    const name = names.get(key.toLowerCase());
    if (name === undefined && !loose) throw new DecodeError(`json: unknown field ${JSON.stringify(key)}`);
    if (name === undefined) continue;
    if (given.has(name)) throw new DecodeError(`json: duplicate field ${JSON.stringify(name)}`);
    given.set(name, member);
  }
  return given;
}

/** Values by name; the zero value is the empty one. Any name is a name, `__proto__` too. */
export function map<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return reader({ type: 'object', additionalProperties: read.schema }, (value, path) => {
    const members = Object.entries(asObject(value, path)).map(([key, member]) => {
      requireStorable(key, path);
      return [key, read(member, path)];
    });
    return Object.fromEntries(members) as Readonly<Record<string, T>>;
  });
}

function asObject(value: unknown, path: string): object {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  throw mismatch(value, path, 'struct');
}
