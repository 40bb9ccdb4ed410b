/**
 * Seconds that answers about a service may be kept, from rules by name: `web` first, then the longest prefix such as `db*`, where `*`
 * is the shortest; 0 without a rule.
 */
export class ServiceTtl {
  readonly #exact = new Map<string, number>();
  /** Longest first. */
  readonly #prefixes: [prefix: string, ttl: number][] = [];

  constructor(rules: Readonly<Record<string, number>>) {
    for (const [pattern, ttl] of Object.entries(rules)) {
      if (pattern.endsWith('*')) this.#prefixes.push([pattern.slice(0, -1).toLowerCase(), ttl]);
      else this.#exact.set(pattern.toLowerCase(), ttl);
    }
    this.#prefixes.sort(([a], [b]) => b.length - a.length);
  }

  /** @param service its name in lower case */
  of(service: string): number {
    return this.#exact.get(service) ?? this.#prefixes.find(([prefix]) => service.startsWith(prefix))?.[1] ?? 0;
  }
}
