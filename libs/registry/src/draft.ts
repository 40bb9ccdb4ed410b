import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from './catalog.js';
import type { Change, Check, Instance, Node } from './model.js';

/** What a draft is drawn up against: records by name and id. */
export interface View {
  node(name: string): Node | undefined;
  /** @param id a UUID in lower case */
  nodeById(id: string): Node | undefined;
  instance(node: string, id: string): Instance | undefined;
  check(node: string, id: string): Check | undefined;
  instancesOf(node: string): Instance[];
  /** Checks of one instance, or with an empty id those of the node as a whole. */
  checksOf(node: string, serviceId: string): Check[];
}

/** The catalog as a view. */
export function viewOf(catalog: Catalog): View {
  return {
    node: (name) => catalog.node(name)?.node,
    nodeById: (id) => catalog.nodeById(id)?.node,
    instance: (node, id) => catalog.instance(node, id)?.instance,
    check: (node, id) => catalog.check(node, id)?.check,
    instancesOf: (node) => [...(catalog.node(node)?.instances.values() ?? [])].map((entry) => entry.instance),
    checksOf(node, serviceId) {
      const owner = serviceId === '' ? catalog.node(node) : catalog.instance(node, serviceId);
      return owner?.ownChecks.map((entry) => entry.check) ?? [];
    },
  };
}

/** Records that a draft sets, or removes (null), by id. */
type Layer<T> = Map<string, T | null>;

/**
 * Changes in the making. It shows the state as it will be with them, keeps the rules (an instance has a node, a check of an
 * instance has that instance, what goes takes along what hangs on it), and leaves out whatever changes nothing, so that
 * registering again what is there already costs no commit.
 */
export class Draft implements View {
  readonly #base: View;
  readonly #changes: Change[] = [];
  readonly #nodes: Layer<Node> = new Map();
  /** Names of nodes that were put, by their ids; who is gone since is still here. */
  readonly #namesById = new Map<string, string>();
  readonly #instances = new Map<string, Layer<Instance>>();
  readonly #checks = new Map<string, Layer<Check>>();

  constructor(base: View) {
    this.#base = base;
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }

  node(name: string): Node | undefined {
    const own = this.#nodes.get(name.toLowerCase());
    return own === undefined ? this.#base.node(name) : (own ?? undefined);
  }

  nodeById(id: string): Node | undefined {
    const name = this.#namesById.get(id) ?? this.#base.nodeById(id)?.name;
    const node = name === undefined ? undefined : this.node(name);
    return node?.id === id ? node : undefined;
  }

  instance(node: string, id: string): Instance | undefined {
    const own = this.#instances.get(node.toLowerCase())?.get(id);
    return own === undefined ? this.#base.instance(node, id) : (own ?? undefined);
  }

  check(node: string, id: string): Check | undefined {
    const own = this.#checks.get(node.toLowerCase())?.get(id);
    return own === undefined ? this.#base.check(node, id) : (own ?? undefined);
  }

  instancesOf(node: string): Instance[] {
    return overlay(this.#base.instancesOf(node), this.#instances.get(node.toLowerCase()), () => true);
  }

  checksOf(node: string, serviceId: string): Check[] {
    const own = this.#checks.get(node.toLowerCase());
    return overlay(this.#base.checksOf(node, serviceId), own, (check) => check.serviceId === serviceId);
  }

  putNode(node: Node): void {
    if (isDeepStrictEqual(this.node(node.name), node)) return;
    this.#add({ kind: 'put-node', node });
  }

  /** @throws Error when its node is unknown */
  putInstance(instance: Instance): void {
    if (!this.node(instance.node)) throw new Error(`unknown node ${instance.node}`);
    const before = this.instance(instance.node, instance.id);
    if (isDeepStrictEqual(before, instance)) return;
    this.#add({ kind: 'put-instance', instance });
    if (!before || before.service === instance.service) return;
    for (const check of this.checksOf(instance.node, instance.id))
      this.putCheck({ ...check, serviceName: instance.service });
  }

  /** @throws Error when its node or its instance is unknown */
  putCheck(check: Check): void {
    if (!this.node(check.node)) throw new Error(`unknown node ${check.node}`);
    if (check.serviceId !== '' && !this.instance(check.node, check.serviceId)) {
      throw new Error(`unknown instance ${check.serviceId} of node ${check.node}`);
    }
    if (isDeepStrictEqual(this.check(check.node, check.id), check)) return;
    this.#add({ kind: 'put-check', check });
  }

  removeCheck(node: string, id: string): void {
    if (this.check(node, id)) this.#add({ kind: 'remove-check', node, id });
  }

  /** Removes an instance and its checks. */
  removeInstance(node: string, id: string): void {
    if (!this.instance(node, id)) return;
    for (const check of this.checksOf(node, id)) this.removeCheck(node, check.id);
    this.#add({ kind: 'remove-instance', node, id });
  }

  /** Removes a node and everything on it. */
  removeNode(name: string): void {
    if (!this.node(name)) return;
    for (const instance of this.instancesOf(name)) this.removeInstance(name, instance.id);
    for (const check of this.checksOf(name, '')) this.removeCheck(name, check.id);
    this.#add({ kind: 'remove-node', node: name });
  }

  /** Takes over the changes of a draft that was drawn up against this one. */
  absorb(draft: Draft): void {
    for (const change of draft.changes) this.#add(change);
  }

  #add(change: Change): void {
    this.#changes.push(change);
    switch (change.kind) {
      case 'put-node':
        if (change.node.id !== '') this.#namesById.set(change.node.id, change.node.name);
        return void this.#nodes.set(change.node.name.toLowerCase(), change.node);
      case 'remove-node':
        return void this.#nodes.set(change.node.toLowerCase(), null);
      case 'put-instance':
        return set(this.#instances, change.instance.node, change.instance.id, change.instance);
      case 'remove-instance':
        return set(this.#instances, change.node, change.id, null);
      case 'put-check':
        return set(this.#checks, change.check.node, change.check.id, change.check);
      case 'remove-check':
        return set(this.#checks, change.node, change.id, null);
    }
  }
}

function set<T>(layers: Map<string, Layer<T>>, node: string, id: string, value: T | null): void {
  const key = node.toLowerCase();
  const layer = layers.get(key);
  if (layer) layer.set(id, value);
  else layers.set(key, new Map([[id, value]]));
}

/** The records of `base` with those of `layer` over them, as far as they are `wanted`. */
function overlay<T extends { readonly id: string }>(
  base: T[],
  layer: Layer<T> | undefined,
  wanted: (record: T) => boolean,
): T[] {
  if (!layer) return base;
  const records = base.filter((record) => !layer.has(record.id));
  for (const record of layer.values()) if (record && wanted(record)) records.push(record);
  return records;
}
