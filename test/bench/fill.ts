import { HttpClient } from './http-client.js';
import type { BenchResolver } from './resolver.js';

/** Requests under way at a time: as many as the registry groups well into one transaction. */
const CONNECTIONS = 32;

/** Instances of a node that the benchmarks fill a registry with. */
const INSTANCES_OF_A_NODE = 100;

/** Services that are alike. */
export interface Services {
  /** What their names begin with; a number follows. */
  readonly prefix: string;
  readonly count: number;
  /** Instances of each. */
  readonly instances: number;
}

export function namesOf({ prefix, count }: Services): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

/** Registers passing instances, each at an address of its own, over the catalog's API. */
export async function fill(resolver: BenchResolver, kinds: readonly Services[]): Promise<void> {
  const { host, port } = resolver.http;
  const client = new HttpClient(`http://${host}:${port}`, CONNECTIONS);
  const bodies = registrations(kinds);
  const work = async () => {
    for (const body of bodies) await client.put('/v1/catalog/register', body);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  client.close();
}

function* registrations(kinds: readonly Services[]): Generator<object> {
  let n = 0;
  for (const kind of kinds) {
    for (const service of namesOf(kind)) {
      for (let i = 0; i < kind.instances; i++) yield registration(service, i, n++);
    }
  }
}

/** The body of `catalog/register` for the `i`th instance of a service and `n`th of all. */
export function registration(service: string, i: number, n: number, port = 8000): object {
  const node = Math.floor(n / INSTANCES_OF_A_NODE);
  return {
    Node: `node${node}`,
    Address: addressOf(172, node),
    Service: { ID: `${service}-${i}`, Service: service, Address: addressOf(10, n), Port: port },
  };
}

/** The `n`th address of the network `first`.0.0.0/8. */
export function addressOf(first: number, n: number): string {
  return [first, (n >> 16) & 255, (n >> 8) & 255, n & 255].join('.');
}
