import { parseDuration } from '#libs/time';

/**
 * Reads JSON as Go's `encoding/json` does when Consul decodes a request: keys in any letter case, unknown keys refused, null and
 * absent keys the zero value of their type, wrong types refused in Go's words.
 */

/** Something in a body that cannot be read, in Go's words. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Turns a JSON value into a T; undefined stands for an absent key. `path` names the field in errors. */
export type Reader<T> = (value: unknown, path: string) => T;

type Fields = Readonly<Record<string, Reader<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Reader<infer T> ? T : never };

/** Parses a request's body. @throws DecodeError */
export function decode<T>(body: Uint8Array | undefined, read: Reader<T>): T {
  const text = Buffer.from(body ?? [])
    .toString('utf8')
    .trim();
  if (text === '') throw new DecodeError('EOF');
  return read(parse(text), '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = (error as Error).message;
    const token = /^Unexpected token '(.+?)', /s.exec(message)?.[1];
    if (token !== undefined) throw new DecodeError(`invalid character '${token}' looking for beginning of value`);
    throw new DecodeError(
      /^(Unexpected end|Unterminated|Expected .+ in JSON)/.test(message) ? 'unexpected EOF' : message,
    );
  }
}

/** An object with exactly these keys, in any letter case. `aliases` maps further spellings, in lower case, to them. */
export function object<F extends Fields>(
  fields: F,
  aliases: Readonly<Record<string, keyof F & string>> = {},
): Reader<Values<F>> {
  return objectOf(fields, aliases, (key) => {
    throw new DecodeError(`json: unknown field "${key}"`);
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
  if (typeof value === 'string') return value;
  throw mismatch(value, path, 'string');
};

/** A whole number; the zero value is 0. */
export const integer: Reader<number> = (value, path) => {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw mismatch(value, path, 'int');
};

/** A boolean; the zero value is false. */
export const flag: Reader<boolean> = (value, path) => {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw mismatch(value, path, 'bool');
};

/** A duration in milliseconds, from Go's text or a number of nanoseconds; the zero value is 0. */
export const duration: Reader<number> = (value, path) => {
  if (value === undefined || value === null || value === '') return 0;
  if (typeof value === 'number') return value / 1e6;
  if (typeof value !== 'string') throw mismatch(value, path, 'time.Duration');
  const ms = parseDuration(value);
  if (ms === undefined) throw new DecodeError(`time: invalid duration ${JSON.stringify(value)}`);
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
    Object.fromEntries(Object.entries(asObject(value, path)).map(([key, member]) => [key, read(member, path)]));
}

/** What may be left out: then undefined. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : read(value, path));
}

/** A key that Consul knows and this registry has no use for. */
export const ignored: Reader<undefined> = () => undefined;

function mismatch(value: unknown, path: string, wanted: string): DecodeError {
  const where = path === '' ? 'value' : `struct field ${path}`;
  return new DecodeError(`json: cannot unmarshal ${kindOf(value)} into Go ${where} of type ${wanted}`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? `number ${value}` : typeof value;
}
