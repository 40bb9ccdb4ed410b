import { parseDuration } from '#libs/time';
import { DecodeError } from './json.js';
import { mismatch, reader, type Reader } from './reader.js';

/** A string; the zero value is the empty one. */
export const text = reader({ type: 'string' }, (value, path) => {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw mismatch(value, path, 'string');
  requireStorable(value, path);
  return value;
});

/** A NUL ends a text for much that reads it later; half a surrogate pair has no UTF-8, so it would come back as another one. */
export function requireStorable(value: string, path: string): void {
  if (value.includes('\0')) throw new DecodeError(`json: field ${path} holds a NUL character`);
  if (!value.isWellFormed()) throw new DecodeError(`json: field ${path} holds half a surrogate pair`);
}

/** A whole number; the zero value is 0. */
export const integer = reader({ type: 'integer' }, (value, path) => {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw mismatch(value, path, 'int', typeof value === 'number' ? `number ${value}` : undefined);
});

/** A boolean; the zero value is false. */
export const flag = reader({ type: 'boolean' }, (value, path) => {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw mismatch(value, path, 'bool');
});

/** What 63 bits of nanoseconds hold, in milliseconds: 292 years. */
const LONGEST = 2 ** 63 / 1e6;

const DURATION = {
  anyOf: [{ type: 'string' }, { type: 'integer' }],
  description: 'A duration as Go writes it, such as 10s or 1m30s, or a number of nanoseconds.',
};

/** A duration in milliseconds, from Go's text or a number of nanoseconds; the zero value is 0. */
export const duration = reader(DURATION, (value, path) => {
  if (value === undefined || value === null || value === '') return 0;
  if (typeof value !== 'number' && typeof value !== 'string') throw mismatch(value, path, 'time.Duration');
  const ms = typeof value === 'number' ? value / 1e6 : parseDuration(value);
  if (ms === undefined || Math.abs(ms) > LONGEST) {
    throw new DecodeError(`time: invalid duration ${JSON.stringify(value)}`);
  }
  return ms;
});

/** A list; the zero value is the empty one. */
export function list<T>(read: Reader<T>): Reader<T[]> {
  return reader({ type: 'array', items: read.schema }, (value, path) => {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((member) => read(member, path));
    throw mismatch(value, path, 'slice');
  });
}

/** What may be left out: then undefined. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return reader(read.schema, (value, path) => (value === undefined || value === null ? undefined : read(value, path)));
}

/** A key that Consul knows and this registry has no use for. */
export const ignored = reader({ description: 'Taken, and not used.' }, () => undefined);
