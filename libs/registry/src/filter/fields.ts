/** What a field holds, which decides what can be asked of it. */
export type Field =
  | { readonly kind: 'string' | 'number' | 'boolean' }
  /** A list of texts. */
  | { readonly kind: 'list' }
  /** Any names, each with a value of one kind. */
  | { readonly kind: 'map'; readonly of: Field }
  /** Known names. */
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Field>> }
  /** What is asked of its fields holds if it holds for one of them. */
  | { readonly kind: 'objects'; readonly fields: Readonly<Record<string, Field>> };

export const STRING: Field = { kind: 'string' };
export const NUMBER: Field = { kind: 'number' };
export const BOOLEAN: Field = { kind: 'boolean' };
export const LIST: Field = { kind: 'list' };

export function mapOf(of: Field): Field {
  return { kind: 'map', of };
}

export function objectOf(fields: Readonly<Record<string, Field>>): Field {
  return { kind: 'object', fields };
}

export function objectsOf(fields: Readonly<Record<string, Field>>): Field {
  return { kind: 'objects', fields };
}
