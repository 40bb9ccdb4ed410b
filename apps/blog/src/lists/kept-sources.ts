import type { Viewer } from '../users/account.js';
import type { ListSource } from './list.js';

/** Makes out where a list comes from, once for each query of those who come without a token, which are remembered: most lists are theirs. */
export class KeptSources<Query extends object> {
  readonly #build: (query: Query, viewer: Viewer) => ListSource;
  readonly #public = new WeakMap<Query, ListSource>();

  constructor(build: (query: Query, viewer: Viewer) => ListSource) {
    this.#build = build;
  }

  of(query: Query, viewer: Viewer): ListSource {
    if (viewer) return this.#build(query, viewer);
    const known = this.#public.get(query);
    if (known) return known;
    const source = this.#build(query, viewer);
    this.#public.set(query, source);
    return source;
  }
}
