import type { JsonSchema, Reader } from '../body/reader.js';

/** A parameter of the query. */
export interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonSchema;
}

/** What is told of a route, beside its path and method. */
export interface Operation {
  readonly summary: string;
  /** What the rest of its path names, where it has one. */
  readonly rest?: string;
  readonly query?: readonly Parameter[];
  readonly body?: Reader<unknown>;
  /** An answer as it may be; without one the body is empty. Made only when somebody wants to see it. */
  readonly example?: () => unknown;
}

/** The operations of each path by method, in the order of registration. One that nobody told of is undefined. */
export type Routes = ReadonlyMap<string, ReadonlyMap<string, Operation | undefined>>;
