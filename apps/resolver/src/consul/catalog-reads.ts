import { compareText, type Catalog, type InstanceEntry, type NodeEntry, type Topic } from '#libs/registry';
import {
  CHECK_FIELDS,
  NODE_FIELDS,
  SERVICE_ENTRY_FIELDS,
  SERVICE_FIELDS,
  SERVICE_NODE_FIELDS,
} from './filter-fields.js';
import { filterOf, type Fields } from './filters.js';
import type { ReadOptions } from './query.js';
import type { Read } from './reads.js';
import { checksOn, healthCheck, type HealthCheckShape } from './shapes/health-check.js';
import { node } from './shapes/node.js';
import { nodeService, serviceNode, type NodeServiceShape } from './shapes/service.js';
import { serviceEntry } from './shapes/service-entry.js';

/** The reads of the catalog and health families: for each what it watches, and its answer. */
export class CatalogReads {
  readonly #catalog: Catalog;
  readonly #ownNode: string;

  /** @param ownNode the name of the registry's own node, in lower case */
  constructor(catalog: Catalog, ownNode: string) {
    this.#catalog = catalog;
    this.#ownNode = ownNode;
  }

  nodes(): Read {
    return {
      topic: 'nodes',
      body: (options) => this.#nodes(options).map(node).filter(filterOf(options.filter, NODE_FIELDS)),
    };
  }

  /** Every service's name, with all tags that any of its instances has. */
  services(): Read {
    return { topic: 'services', body: (options) => this.#tagsByService(options) };
  }

  service(name: string): Read {
    return {
      topic: serviceTopic(name),
      body: (options) =>
        this.#instances(name, options).map(serviceNode).filter(filterOf(options.filter, SERVICE_NODE_FIELDS)),
    };
  }

  /** Instances of a service that a mesh would lead to. */
  serviceInMesh(name: string): Read {
    return nothingInMesh(name, SERVICE_NODE_FIELDS);
  }

  node(name: string): Read {
    return {
      topic: nodeTopic(name),
      body: (options) => {
        const services = this.#servicesOn(name, options);
        const entry = this.#catalog.node(name);
        return entry ? { Node: node(entry), Services: Object.fromEntries(services.map((s) => [s.ID, s])) } : null;
      },
    };
  }

  nodeServices(name: string): Read {
    return {
      topic: nodeTopic(name),
      body: (options) => {
        const services = this.#servicesOn(name, options);
        const entry = this.#catalog.node(name);
        return { Node: entry ? node(entry) : null, Services: entry ? services : null };
      },
    };
  }

  healthService(name: string, passing: boolean): Read {
    const wanted = (entry: InstanceEntry) => !passing || entry.status === 'passing';
    return {
      topic: serviceTopic(name),
      body: (options) =>
        this.#instances(name, options)
          .filter(wanted)
          .map(serviceEntry)
          .filter(filterOf(options.filter, SERVICE_ENTRY_FIELDS)),
    };
  }

  /** The same with their checks. */
  healthInMesh(name: string): Read {
    return nothingInMesh(name, SERVICE_ENTRY_FIELDS);
  }

  healthNode(name: string): Read {
    return {
      topic: nodeTopic(name),
      body: (options) => {
        const filter = filterOf(options.filter, CHECK_FIELDS);
        const entry = this.#catalog.node(name);
        return entry ? checksOn(entry).sort(byCheck).filter(filter) : [];
      },
    };
  }

  healthChecks(name: string): Read {
    return {
      topic: serviceTopic(name),
      body: (options) =>
        this.#instances(name, options)
          .flatMap((entry) => entry.ownChecks.map((check) => healthCheck(check, entry)))
          .filter(filterOf(options.filter, CHECK_FIELDS)),
    };
  }

  /** @param state a status in any letter case, or `any`; of other words there are no checks */
  healthState(state: string): Read {
    const status = state.toLowerCase();
    return {
      topic: 'all',
      body: (options) =>
        this.#nodes(options)
          .flatMap((entry) => checksOn(entry).sort(byCheck))
          .filter((check) => status === 'any' || check.Status === status)
          .filter(filterOf(options.filter, CHECK_FIELDS)),
    };
  }

  #nodes(options: ReadOptions): readonly NodeEntry[] {
    const nodes = [...this.#catalog.nodes()].filter((entry) => hasMeta(entry, options)).sort(byName);
    return this.#nearestFirst(nodes, (entry) => entry, options);
  }

  /**
   * Consul orders by measured distance, and a node without coordinates is infinitely far from all. Here only our own node would have
   * some, so who asks for what is near it gets what is on it first; any other node leaves the order.
   */
  #nearestFirst<T>(items: readonly T[], nodeOf: (item: T) => NodeEntry, { near }: ReadOptions): readonly T[] {
    if (near !== '_agent' && near.toLowerCase() !== this.#ownNode) return items;
    const { here = [], away = [] } = Object.groupBy(items, (item) =>
      nodeOf(item).node.name.toLowerCase() === this.#ownNode ? 'here' : 'away',
    );
    return [...here, ...away];
  }

  #servicesOn(name: string, options: ReadOptions): NodeServiceShape[] {
    const filter = filterOf(options.filter, SERVICE_FIELDS);
    const entry = this.#catalog.node(name);
    return entry ? instancesOn(entry).map(nodeService).filter(filter) : [];
  }

  #instances(name: string, options: ReadOptions): readonly InstanceEntry[] {
    const [tag, ...more] = options.tags;
    const service = this.#catalog.service(name);
    const tagged = (tag === undefined ? service?.instances : service?.withTag(tag)) ?? [];
    const found = tagged.filter((entry) => hasMeta(entry.node, options) && more.every((other) => hasTag(entry, other)));
    return this.#nearestFirst(found, ({ node }) => node, options);
  }

  #tagsByService(options: ReadOptions): Record<string, string[]> {
    const filter = filterOf(options.filter, SERVICE_NODE_FIELDS);
    const tags = new Map<string, Set<string>>();
    for (const service of this.#catalog.services()) {
      for (const entry of service.instances) {
        const { instance } = entry;
        if (!hasMeta(entry.node, options) || (options.filter !== '' && !filter(serviceNode(entry)))) continue;
        const known = tags.get(instance.service) ?? new Set();
        for (const tag of instance.tags) known.add(tag);
        tags.set(instance.service, known);
      }
    }
    const names = [...tags.keys()].sort(compareText);
    return Object.fromEntries(names.map((name) => [name, [...tags.get(name)!]]));
  }
}

/** There is no mesh here, so nothing is in one; a mistake in the filter is told all the same. */
function nothingInMesh(name: string, fields: Fields): Read {
  return { topic: serviceTopic(name), body: ({ filter }) => [].filter(filterOf(filter, fields)) };
}

function serviceTopic(name: string): Topic {
  return `service:${name}`;
}

function nodeTopic(name: string): Topic {
  return `node:${name}`;
}

function instancesOn(entry: NodeEntry): InstanceEntry[] {
  return [...entry.instances.values()].sort((a, b) => compareText(a.instance.id, b.instance.id));
}

function byName(a: NodeEntry, b: NodeEntry): number {
  return compareText(a.node.name, b.node.name);
}

function byCheck(a: HealthCheckShape, b: HealthCheckShape): number {
  return compareText(a.CheckID, b.CheckID);
}

function hasMeta({ node: { meta } }: NodeEntry, { nodeMeta }: ReadOptions): boolean {
  return nodeMeta.every(([key, value]) => Object.hasOwn(meta, key) && meta[key] === value);
}

function hasTag({ instance }: InstanceEntry, tag: string): boolean {
  return instance.tags.some((other) => other.toLowerCase() === tag.toLowerCase());
}
