import type { Directory, DirectoryChange, DirectoryInstance, DirectoryNode, List } from '#libs/dns';
import { OWN_SERVICE, type Catalog, type InstanceEntry } from '#libs/registry';

/** Lets the zone ask the registry's catalog. */
export class CatalogDirectory implements Directory {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  get stale(): boolean {
    return this.#catalog.stale;
  }

  get revision(): number {
    return this.#catalog.revision;
  }

  instances(service: string, tag?: string): List<DirectoryInstance> {
    const entry = this.#catalog.service(service);
    if (!entry) return NO_INSTANCES;
    return new InstanceList(tag === undefined ? entry.members : entry.withTag(tag));
  }

  hasTagBelow(service: string, suffix: string): boolean {
    return this.#catalog.service(service)?.tagNames.hasBelow(suffix) ?? false;
  }

  node(name: string): DirectoryNode | undefined {
    return this.#catalog.node(name)?.node;
  }

  hasNodeBelow(suffix: string): boolean {
    return this.#catalog.hasNodeBelow(suffix);
  }

  at(address: string): { readonly node: string } | { readonly service: string } | undefined {
    for (const { node } of this.#catalog.nodesAt(address)) return { node: node.name };
    for (const { instance } of this.#catalog.instancesAt(address)) return { service: instance.service };
    return undefined;
  }

  nameServers(): readonly DirectoryNode[] {
    const healthy = this.#catalog.service(OWN_SERVICE)?.members.filter(({ status }) => status !== 'critical') ?? [];
    return healthy.map(({ node }) => node.node);
  }

  subscribe(listener: (change: DirectoryChange) => void): () => void {
    return this.#catalog.subscribe(listener);
  }
}

const NO_INSTANCES: List<DirectoryInstance> = [];

/** Instances of the catalog as the zone sees them, made one by one when they are looked at: of very many, few are. */
class InstanceList implements List<DirectoryInstance> {
  readonly #entries: readonly InstanceEntry[];

  constructor(entries: readonly InstanceEntry[]) {
    this.#entries = entries;
  }

  get length(): number {
    return this.#entries.length;
  }

  at(index: number): DirectoryInstance | undefined {
    const entry = this.#entries[index];
    return entry && instanceOf(entry);
  }
}

function instanceOf({ instance, node, status }: InstanceEntry): DirectoryInstance {
  const { address, port, taggedAddresses, weights } = instance;
  const fitting = { passing: fit(weights.passing), warning: fit(weights.warning) };
  return { node: node.node, address, port, taggedAddresses, weights: fitting, status };
}

/** The nearest number that an SRV record can hold: the catalog takes weights as they come. */
function fit(weight: number): number {
  return Math.min(Math.max(Math.trunc(weight), 0), 65_535);
}
