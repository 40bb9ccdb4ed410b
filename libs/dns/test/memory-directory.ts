import type { Directory, DirectoryChange, DirectoryInstance, DirectoryNode } from '../src/zone/directory.js';

/** An instance with its tags, by which the directory finds it. */
export interface MemoryInstance extends DirectoryInstance {
  readonly tags: readonly string[];
}

/** The parts of an instance that a test cares about. */
export type InstanceParts = Partial<Omit<MemoryInstance, 'node'>> & { readonly node?: Partial<DirectoryNode> };

export function nodeOf(parts: Partial<DirectoryNode> = {}): DirectoryNode {
  return { name: 'n1', address: '10.0.0.1', taggedAddresses: {}, meta: {}, ...parts };
}

export function instanceOf({ node, ...parts }: InstanceParts = {}): MemoryInstance {
  return {
    node: nodeOf(node),
    address: '',
    port: 80,
    taggedAddresses: {},
    tags: [],
    weights: { passing: 1, warning: 1 },
    status: 'passing',
    ...parts,
  };
}

/** A directory that a test fills by hand. It counts what it is asked. */
export class MemoryDirectory implements Directory {
  readonly services = new Map<string, MemoryInstance[]>();
  readonly nodes = new Map<string, DirectoryNode>();
  readonly addresses = new Map<string, { readonly node: string } | { readonly service: string }>();
  servers: DirectoryNode[] = [];
  stale = false;
  revision = 0;
  asked = 0;
  readonly #listeners = new Set<(change: DirectoryChange) => void>();

  instances(service: string, tag?: string): readonly DirectoryInstance[] {
    this.asked++;
    const all = this.services.get(service) ?? [];
    return tag === undefined ? all : all.filter(({ tags }) => tags.some((each) => each.toLowerCase() === tag));
  }

  hasTagBelow(service: string, suffix: string): boolean {
    const tags = (this.services.get(service) ?? []).flatMap((instance) => instance.tags);
    return tags.some((tag) => tag.toLowerCase().endsWith(`.${suffix}`));
  }

  node(name: string): DirectoryNode | undefined {
    this.asked++;
    return this.nodes.get(name);
  }

  hasNodeBelow(suffix: string): boolean {
    return [...this.nodes.keys()].some((name) => name.endsWith(`.${suffix}`));
  }

  at(address: string): { readonly node: string } | { readonly service: string } | undefined {
    this.asked++;
    return this.addresses.get(address);
  }

  nameServers(): readonly DirectoryNode[] {
    return this.servers;
  }

  subscribe(listener: (change: DirectoryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts instances in the place of a service's and tells the listeners. */
  put(service: string, ...instances: InstanceParts[]): void {
    this.services.set(service, instances.map(instanceOf));
    this.tell({ services: [service] });
  }

  tell({ services = [], nodes = [], addresses = [], everything = false }: Partial<DirectoryChange>): void {
    this.revision++;
    for (const listener of this.#listeners) listener({ services, nodes, addresses, everything });
  }
}
