import { DecodeError } from './json.js';

/** As much of JSON Schema (2020-12) as bodies need. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
}

/** Turns a JSON value into a T; undefined stands for an absent key. `path` names the field in errors. */
export interface Reader<T> {
  (value: unknown, path: string): T;
  /** What it takes, for the documentation. */
  readonly schema: JsonSchema;
}

/** What a reader gives. */
export type Read<R> = R extends Reader<infer T> ? T : never;

export function reader<T>(schema: JsonSchema, read: (value: unknown, path: string) => T): Reader<T> {
  return Object.assign(read, { schema });
}

/** A value of the wrong type, in Go's words. @param wanted Go's name of the right one */
export function mismatch(value: unknown, path: string, wanted: string, given = kindOf(value)): DecodeError {
  const where = path === '' ? 'value' : `struct field ${path}`;
  return new DecodeError(`json: cannot unmarshal ${given} into Go ${where} of type ${wanted}`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
