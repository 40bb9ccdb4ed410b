import type { z } from 'zod';
import { articleQuery } from '../articles/article.schema.js';
import type { Articles } from '../articles/articles.js';
import type { List } from '../lists/list.js';
import { ParsedQueries } from '../lists/parsed-queries.js';
import { linkList } from '../reply.js';
import { tagQuery } from '../tags/tag.schema.js';
import type { Tags } from '../tags/tags.js';
import type { Viewer } from '../users/account.js';
import type { CachedReads, Representation } from './cached-reads.js';
import type { Kind } from './wanted.js';

/** Reads a list, as a viewer sees it, through the cache. */
export type ReadList = (viewer: Viewer) => Promise<Representation>;

/** What is known of the lists of one kind. */
interface Source {
  readonly queries: ParsedQueries<unknown>;
  readonly list: (query: never, viewer: Viewer) => Promise<List<unknown>>;
}

/** Reads lists by their addresses, each of which is parsed once. */
export class ListReads {
  readonly #reads: CachedReads;
  readonly #sources: Readonly<Record<Kind, Source>>;

  constructor(reads: CachedReads, articles: Articles, tags: Tags) {
    this.#reads = reads;
    this.#sources = { articles: sourceOf(articleQuery, articles), tags: sourceOf(tagQuery, tags) };
  }

  /**
   * The list at an address that was parsed before.
   *
   * @param url path and query as they were sent
   */
  known(kind: Kind, url: string): ReadList | undefined {
    const source = this.#sources[kind];
    return this.#reader(url, source, source.queries.known(url));
  }

  /**
   * The list at an address.
   *
   * @param raw what stands in the query
   * @returns undefined when the query is wrong
   */
  parse(kind: Kind, url: string, raw: unknown): ReadList | undefined {
    const source = this.#sources[kind];
    return this.#reader(url, source, source.queries.parse(url, raw));
  }

  #reader(url: string, { list }: Source, query: unknown): ReadList | undefined {
    if (query === undefined) return undefined;
    return (viewer) => this.#reads.list(url, viewer, async () => linkList(url, await list(query as never, viewer)));
  }
}

function sourceOf<Query>(
  schema: z.ZodType<Query>,
  lists: { list(query: Query, viewer: Viewer): Promise<List<unknown>> },
): Source {
  return { queries: new ParsedQueries(schema), list: lists.list.bind(lists) };
}
