import { canonicalAddress } from './address.js';
import { compareText, InstanceEntry, NodeEntry, ServiceEntry, type CheckEntry } from './entries.js';
import { IpIndex } from './ip-index.js';
import type { Change, Check, Instance, Node, Revision, Status } from './model.js';
import { Pool } from './pool.js';
import type { Snapshot } from './stores/store.js';
import { Tails } from './tails.js';
import { Touch, Unheard, type CatalogEvent } from './touch.js';

/** How many there are of each kind of record. */
export interface CatalogCounts {
  readonly nodes: number;
  readonly services: number;
  readonly instances: number;
  readonly checks: Readonly<Record<Status, number>>;
}

/**
 * The registry's read model, in memory: what DNS, HTTP and the dashboard answer from, never waiting for anything.
 *
 * ```text
 * nodes    name -> NodeEntry -+- instances id -> InstanceEntry -- ownChecks
 *          id -> NodeEntry    +- checks    id -> CheckEntry       (all on the node)
 * services name -> ServiceEntry -- instances, by tag
 * by address    -> NodeEntry or InstanceEntry, for reverse questions
 * ```
 *
 * Names of nodes and services are compared without regard to letter case. Entries are shared with readers, who must not
 * change them; all that a reader takes in one turn of the event loop is of one revision.
 */
export class Catalog {
  readonly #nodes = new Map<string, NodeEntry>();
  readonly #nodesById = new Map<string, NodeEntry>();
  readonly #services = new Map<string, ServiceEntry>();
  readonly #nodeTails = new Tails();
  readonly #nodesByIp = new IpIndex<NodeEntry>();
  readonly #instancesByIp = new IpIndex<InstanceEntry>();
  readonly #pool = new Pool();
  readonly #listeners = new Set<(event: CatalogEvent) => void>();
  readonly #checkCounts: Record<Status, number> = { passing: 0, warning: 0, critical: 0 };
  #instanceCount = 0;
  #revision: Revision = 0;
  #nodesRevision: Revision = 0;
  #instancesRevision: Revision = 0;
  #checksRevision: Revision = 0;
  #extinctionRevision: Revision = 0;
  #floor: Revision = 0;
  #stale = false;

  /** Whether it may lack what others have committed. */
  get stale(): boolean {
    return this.#stale;
  }

  /** The latest revision applied. */
  get revision(): Revision {
    return this.#revision;
  }

  /** The latest change to any node itself. */
  get nodesRevision(): Revision {
    return this.#nodesRevision;
  }

  /** The latest change to any instance itself. */
  get instancesRevision(): Revision {
    return this.#instancesRevision;
  }

  /** The latest change to any check. */
  get checksRevision(): Revision {
    return this.#checksRevision;
  }

  /** Kept up with each change, so that asking costs the same whatever the size. */
  get counts(): CatalogCounts {
    const { size: nodes } = this.#nodes;
    return { nodes, services: this.#services.size, instances: this.#instanceCount, checks: { ...this.#checkCounts } };
  }

  node(name: string): NodeEntry | undefined {
    return this.#nodes.get(name.toLowerCase());
  }

  /** The node with this UUID, in lower case. */
  nodeById(id: string): NodeEntry | undefined {
    return this.#nodesById.get(id);
  }

  /** Whether some node has a name that ends in a dot and `tail`. */
  hasNodeBelow(tail: string): boolean {
    return this.#nodeTails.has(tail.toLowerCase());
  }

  instance(node: string, id: string): InstanceEntry | undefined {
    return this.node(node)?.instances.get(id);
  }

  check(node: string, id: string): CheckEntry | undefined {
    return this.node(node)?.checks.get(id);
  }

  /** A service that has at least one instance. */
  service(name: string): ServiceEntry | undefined {
    return this.#services.get(name.toLowerCase());
  }

  nodes(): Iterable<NodeEntry> {
    return this.#nodes.values();
  }

  services(): Iterable<ServiceEntry> {
    return this.#services.values();
  }

  /** Nodes whose address is the IP address `ip`, in any spelling. */
  nodesAt(ip: string): Iterable<NodeEntry> {
    return this.#nodesByIp.at(ip);
  }

  /** Instances whose own address is the IP address `ip`, in any spelling. */
  instancesAt(ip: string): Iterable<InstanceEntry> {
    return this.#instancesByIp.at(ip);
  }

  /**
   * The latest change that a reader of one service can notice: to its instances, their checks or their nodes. For a service without
   * instances it is the revision at which a service last lost its last one, so that it never goes back.
   */
  serviceRevision(name: string): Revision {
    return this.service(name)?.revision ?? this.#extinctionRevision;
  }

  /** The latest change to a node or anything on it; for an unknown node to any node. */
  nodeRevision(name: string): Revision {
    return this.node(name)?.revision ?? this.#nodesRevision;
  }

  /** Calls `listener` after each commit is applied, and when the catalog goes stale or no longer is, until the function that is returned is called. */
  subscribe(listener: (event: CatalogEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes a stored state into the empty catalog. Every index starts at the snapshot's revision: which service a removal concerned is
   * not stored, and an index must not be lower after a restart than before it.
   */
  load(snapshot: Snapshot): void {
    this.#floor = snapshot.revision;
    const touch = new Unheard(snapshot.revision, []);
    for (const { node, createRevision, modifyRevision } of snapshot.nodes) {
      this.#putNode(node, touch, createRevision, modifyRevision);
    }
    for (const { instance, createRevision, modifyRevision } of snapshot.instances) {
      this.#putInstance(instance, touch, createRevision, modifyRevision);
    }
    for (const { check, createRevision, modifyRevision } of snapshot.checks) {
      this.#putCheck(check, touch, createRevision, modifyRevision);
    }
    this.#raise(snapshot.revision);
  }

  /** Applies one commit and tells the listeners. Revisions must come in order, each once. */
  apply(revision: Revision, changes: readonly Change[]): void {
    const touch = new Touch(revision, changes);
    for (const change of changes) this.#applyChange(change, touch);
    this.#revision = revision;
    for (const key of touch.services) this.#raiseService(key, revision);
    for (const listener of this.#listeners) listener(touch);
  }

  /** Tells the listeners that the catalog may lack what others have committed, or no longer does. */
  markStale(stale: boolean): void {
    if (stale === this.#stale) return;
    this.#stale = stale;
    const event = { revision: this.#revision, changes: [], services: NOTHING, nodes: NOTHING, addresses: NOTHING };
    for (const listener of this.#listeners) listener({ ...event, everything: true });
  }

  #applyChange(change: Change, touch: Touch): void {
    const { revision } = touch;
    switch (change.kind) {
      case 'put-node':
        return this.#putNode(change.node, touch, revision, revision);
      case 'put-instance':
        return this.#putInstance(change.instance, touch, revision, revision);
      case 'put-check':
        return this.#putCheck(change.check, touch, revision, revision);
      case 'remove-check':
        return this.#removeCheck(change.node, change.id, touch);
      case 'remove-instance':
        return this.#removeInstance(change.node, change.id, touch);
      case 'remove-node':
        return this.#removeNode(change.node, touch);
    }
  }

  #putNode(node: Node, touch: Touch, created: Revision, modified: Revision): void {
    const key = node.name.toLowerCase();
    let entry = this.#nodes.get(key);
    if (entry) {
      this.#nodesByIp.delete(entry);
      this.#unlinkId(entry);
      touch.address(entry.ip);
      entry.node = node;
      entry.modifyRevision = modified;
      entry.ip = canonicalAddress(node.address);
    } else {
      entry = new NodeEntry(node, created, modified);
      this.#nodes.set(key, entry);
      this.#nodeTails.add(key);
    }
    this.#nodesByIp.add(entry);
    if (node.id !== '') this.#nodesById.set(node.id, entry);
    touch.address(entry.ip);
    touch.everythingOn(entry);
    this.#nodesRevision = touch.revision;
  }

  #putInstance(given: Instance, touch: Touch, created: Revision, modified: Revision): void {
    const node = this.node(given.node);
    if (!node) throw new Error(`instance ${given.id} of a node that is not there: ${given.node}`);
    const instance = this.#pool.instance(given);
    let entry = node.instances.get(instance.id);
    if (entry) {
      this.#unlink(entry, touch);
      entry.instance = instance;
      entry.modifyRevision = modified;
      entry.ip = canonicalAddress(instance.address);
    } else {
      entry = new InstanceEntry(node, instance, created, modified);
      node.instances.set(instance.id, entry);
      this.#instanceCount++;
    }
    this.#link(entry, touch);
    touch.node(node);
    this.#instancesRevision = touch.revision;
  }

  #putCheck(given: Check, touch: Touch, created: Revision, modified: Revision): void {
    const node = this.node(given.node);
    if (!node) throw new Error(`check ${given.id} of a node that is not there: ${given.node}`);
    const check = this.#pool.check(given, node.instances.get(given.serviceId)?.instance);
    const before = node.checks.get(check.id);
    if (before && before.check.serviceId !== check.serviceId) this.#detach(node, before, touch);
    if (before) this.#checkCounts[before.check.status]--;
    this.#checkCounts[check.status]++;
    const entry = { check, createRevision: before?.createRevision ?? created, modifyRevision: modified };
    node.checks.set(check.id, entry);
    this.#attach(node, entry, touch);
    this.#checksRevision = touch.revision;
  }

  #removeCheck(nodeName: string, id: string, touch: Touch): void {
    const node = this.node(nodeName);
    const entry = node?.checks.get(id);
    if (!node || !entry) return;
    node.checks.delete(id);
    this.#checkCounts[entry.check.status]--;
    this.#detach(node, entry, touch);
    this.#checksRevision = touch.revision;
  }

  #removeInstance(nodeName: string, id: string, touch: Touch): void {
    const entry = this.instance(nodeName, id);
    if (!entry) return;
    entry.node.instances.delete(id);
    this.#instanceCount--;
    this.#unlink(entry, touch);
    touch.node(entry.node);
    this.#instancesRevision = touch.revision;
  }

  #removeNode(name: string, touch: Touch): void {
    const entry = this.node(name);
    if (!entry) return;
    touch.everythingOn(entry);
    touch.address(entry.ip);
    this.#nodes.delete(name.toLowerCase());
    this.#nodeTails.delete(name.toLowerCase());
    this.#nodesByIp.delete(entry);
    this.#unlinkId(entry);
    this.#nodesRevision = touch.revision;
  }

  /** A store of an older release may hold two nodes with one id; the later one is found by it. */
  #unlinkId(entry: NodeEntry): void {
    if (this.#nodesById.get(entry.node.id) === entry) this.#nodesById.delete(entry.node.id);
  }

  /** Puts an instance into the indexes by service and address. */
  #link(entry: InstanceEntry, touch: Touch): void {
    const key = entry.instance.service.toLowerCase();
    let service = this.#services.get(key);
    if (!service) {
      service = new ServiceEntry(key, this.#floor);
      this.#services.set(key, service);
    }
    service.add(entry);
    this.#instancesByIp.add(entry);
    touch.instance(entry);
  }

  /** Takes an instance out of the indexes by service and address. */
  #unlink(entry: InstanceEntry, touch: Touch): void {
    const key = entry.instance.service.toLowerCase();
    const service = this.#services.get(key);
    service?.delete(entry);
    if (service?.size === 0) {
      this.#services.delete(key);
      this.#extinctionRevision = touch.revision;
    }
    this.#instancesByIp.delete(entry);
    touch.instance(entry);
  }

  #attach(node: NodeEntry, entry: CheckEntry, touch: Touch): void {
    // Nearly always the only one: an array that has grown keeps room for sixteen more.
    const sorted = (others: CheckEntry[]) => (others.length === 0 ? [entry] : [...others, entry].sort(byId));
    this.#replaceCheck(node, entry.check, touch, sorted);
  }

  #detach(node: NodeEntry, entry: CheckEntry, touch: Touch): void {
    this.#replaceCheck(node, entry.check, touch, (others) => others);
  }

  /** Gives the owner of `check` the list of checks that `change` makes of its other ones. */
  #replaceCheck(node: NodeEntry, check: Check, touch: Touch, change: (others: CheckEntry[]) => CheckEntry[]): void {
    const owner = check.serviceId === '' ? node : node.instances.get(check.serviceId);
    owner?.setOwnChecks(change(owner.ownChecks.filter((other) => other.check.id !== check.id)));
    if (owner instanceof InstanceEntry) touch.instance(owner);
    if (owner instanceof NodeEntry) touch.everythingOn(node);
    touch.node(node);
  }

  #raiseService(key: string, revision: Revision): void {
    const service = this.#services.get(key);
    if (service) service.revision = revision;
  }

  #raise(revision: Revision): void {
    this.#revision = revision;
    this.#nodesRevision = revision;
    this.#instancesRevision = revision;
    this.#checksRevision = revision;
    this.#extinctionRevision = revision;
    for (const node of this.#nodes.values()) node.revision = revision;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function byId(a: CheckEntry, b: CheckEntry): number {
  return compareText(a.check.id, b.check.id);
}
