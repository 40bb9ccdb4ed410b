import type { z } from 'zod';
import { BoundedMap } from '#libs/http';

/** How many queries are kept, and how long the longest of those is that are: a few MB at most. */
const LIMIT = 1_000;
const LONGEST = 1_024;

/** Parses queries by a schema, and remembers the valid ones by the address: they are few, and parsing takes as long as to read a row. */
export class ParsedQueries<Query> {
  readonly #schema: z.ZodType<Query>;
  readonly #known = new BoundedMap<Query>(LIMIT);

  constructor(schema: z.ZodType<Query>) {
    this.#schema = schema;
  }

  /** The query of an address that was parsed before and is remembered. */
  known(url: string): Query | undefined {
    return this.#known.get(url);
  }

  /**
   * @param url path and query as they were sent
   * @param raw what stands in the query
   * @returns undefined for a wrong query
   */
  parse(url: string, raw: unknown): Query | undefined {
    const known = this.#known.get(url);
    if (known !== undefined) return known;
    const { data } = this.#schema.safeParse(raw);
    if (data !== undefined && url.length <= LONGEST) this.#known.set(url, data);
    return data;
  }
}
