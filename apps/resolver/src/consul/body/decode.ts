import { parseDuration } from '#libs/time';
import { DecodeError, parseJson } from './json.js';

/**
 * Reads JSON as Go's `encoding/json` does when Consul decodes a request: keys in any letter case, unknown keys refused, null and
 * absent keys the zero value of their type, wrong types refused in Go's words.
 */

/** Turns a JSON value into a T; undefined stands for an absent key. `path` names the field in errors. */
export type Reader<T> = (value: unknown, path: string) => T;

type Fields = Readonly<Record<string, Reader<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Reader<infer T> ? T : never };

/** Parses a request's body. @throws DecodeError */
export function decode<T>(body: Uint8Array | undefined, read: Reader<T>): T {
  return read(parseJson(body ?? new Uint8Array()), '');
}

/** An object with exactly these keys, in any letter case. `aliases` maps further spellings, in lower case, to them. */
export function object<F extends Fields>(
  fields: F,
  aliases: Readonly<Record<string, keyof F & string>> = {},
): Reader<Values<F>> {
  return objectOf(fields, aliases, (key) => {
    throw new DecodeError(`json: unknown field ${JSON.stringify(key)}`);
  });
}

/** The same, but keys that are not known are passed over. */
export function looseObject<F extends Fields>(fields: F): Reader<Values<F>> {
  return objectOf(fields, {}, () => undefined);
}

function objectOf<F extends Fields>(
  fields: F,
  aliases: Readonly<Record<string, keyof F & string>>,
  onUnknown: (key: string) => void,
): Reader<Values<F>> {
  const names = new Map<string, string>(Object.entries(aliases));
  for (const name of Object.keys(fields)) names.set(name.toLowerCase(), name);
  return (value, path) => {
    const given = new Map<string, unknown>();
    for (const [key, member] of Object.entries(asObject(value, path))) {
      const name = names.get(key.toLowerCase());
      if (name === undefined) onUnknown(key);
      else if (given.has(name)) throw new DecodeError(`json: duplicate field ${JSON.stringify(name)}`);
      else given.set(name, member);
    }
    const read = Object.entries(fields).map(([name, reader]) => [name, reader(given.get(name), `${path}.${name}`)]);
    return Object.fromEntries(read) as Values<F>;
  };
}

function asObject(value: unknown, path: string): object {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  throw mismatch(value, path, 'struct');
}

/** A string; the zero value is the empty one. */
export const text: Reader<string> = (value, path) => {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw mismatch(value, path, 'string');
  requireStorable(value, path);
  return value;
};

/** A NUL ends a text for much that reads it later; half a surrogate pair has no UTF-8, so it would come back as another one. */
function requireStorable(value: string, path: string): void {
  if (value.includes('\0')) throw new DecodeError(`json: field ${path} holds a NUL character`);
  if (!value.isWellFormed()) throw new DecodeError(`json: field ${path} holds half a surrogate pair`);
}

/** A whole number; the zero value is 0. */
export const integer: Reader<number> = (value, path) => {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw mismatch(value, path, 'int', typeof value === 'number' ? `number ${value}` : undefined);
};

/** A boolean; the zero value is false. */
export const flag: Reader<boolean> = (value, path) => {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw mismatch(value, path, 'bool');
};

/** What 63 bits of nanoseconds hold, in milliseconds: 292 years. */
const LONGEST = 2 ** 63 / 1e6;

/** A duration in milliseconds, from Go's text or a number of nanoseconds; the zero value is 0. */
export const duration: Reader<number> = (value, path) => {
  if (value === undefined || value === null || value === '') return 0;
  if (typeof value !== 'number' && typeof value !== 'string') throw mismatch(value, path, 'time.Duration');
  const ms = typeof value === 'number' ? value / 1e6 : parseDuration(value);
  if (ms === undefined || Math.abs(ms) > LONGEST) {
    throw new DecodeError(`time: invalid duration ${JSON.stringify(value)}`);
  }
  return ms;
};

/** A list; the zero value is the empty one. */
export function list<T>(read: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((member) => read(member, path));
    throw mismatch(value, path, 'slice');
  };
}

/** Values by name; the zero value is the empty one. Any name is a name, `__proto__` too. */
export function map<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, path) =>
    Object.fromEntries(
      Object.entries(asObject(value, path)).map(([key, member]) => {
        requireStorable(key, path);
        return [key, read(member, path)];
      }),
    );
}

/** What may be left out: then undefined. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : read(value, path));
}

/** A key that Consul knows and this registry has no use for. */
export const ignored: Reader<undefined> = () => undefined;

function mismatch(value: unknown, path: string, wanted: string, given = kindOf(value)): DecodeError {
  const where = path === '' ? 'value' : `struct field ${path}`;
  return new DecodeError(`json: cannot unmarshal ${given} into Go ${where} of type ${wanted}`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
