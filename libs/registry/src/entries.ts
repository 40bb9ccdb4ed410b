import { canonicalAddress } from './address.js';
import { TagNames } from './tag-names.js';
import { worse, type Check, type Instance, type Node, type Revision, type Status } from './model.js';

/** A check, with the revisions that made it and changed it last. */
export interface CheckEntry {
  readonly check: Check;
  readonly createRevision: Revision;
  readonly modifyRevision: Revision;
}

/** A node in the catalog, with what is on it. Only the catalog changes it. */
export class NodeEntry {
  node: Node;
  readonly createRevision: Revision;
  modifyRevision: Revision;
  /** The latest change to the node, its instances or its checks. */
  revision: Revision;
  /** `canonicalAddress` of the node; undefined for a host name. */
  ip: string | undefined;
  /** By instance id. */
  readonly instances = new Map<string, InstanceEntry>();
  /** All checks on the node by id, those of its instances included. */
  readonly checks = new Map<string, CheckEntry>();
  /** Checks of the node as a whole, by id's order; replaced, never changed. */
  ownChecks: readonly CheckEntry[] = [];
  /** The worst verdict of `ownChecks`. */
  status: Status = 'passing';

  constructor(node: Node, createRevision: Revision, modifyRevision: Revision) {
    this.node = node;
    this.createRevision = createRevision;
    this.modifyRevision = modifyRevision;
    this.revision = modifyRevision;
    this.ip = canonicalAddress(node.address);
  }

  setOwnChecks(checks: readonly CheckEntry[]): void {
    this.ownChecks = checks;
    this.status = worst(checks);
  }
}

/** An instance in the catalog, with its node and checks. Only the catalog changes it. */
export class InstanceEntry {
  readonly node: NodeEntry;
  instance: Instance;
  readonly createRevision: Revision;
  modifyRevision: Revision;
  /** `canonicalAddress` of the instance's own address; undefined when it has none or a host name. */
  ip: string | undefined;
  /** Its index in the `members` of its service. */
  position = 0;
  /** Checks of this instance, by id's order, without those of its node; replaced, never changed. */
  ownChecks: readonly CheckEntry[] = [];
  /** The worst verdict of `ownChecks`. */
  ownStatus: Status = 'passing';

  constructor(node: NodeEntry, instance: Instance, createRevision: Revision, modifyRevision: Revision) {
    this.node = node;
    this.instance = instance;
    this.createRevision = createRevision;
    this.modifyRevision = modifyRevision;
    this.ip = canonicalAddress(instance.address);
  }

  /** The worst verdict among the checks of the instance and of its node. */
  get status(): Status {
    return worse(this.ownStatus, this.node.status);
  }

  setOwnChecks(checks: readonly CheckEntry[]): void {
    this.ownChecks = checks;
    this.ownStatus = worst(checks);
  }
}

/** The instances whose service names are equal but for letter case. */
export class ServiceEntry {
  /** The name in lower case. */
  readonly key: string;
  /** The latest change to an instance, to its checks or to its node. */
  revision: Revision;
  /** The tags that instances have. */
  readonly tagNames = new TagNames();
  readonly #members: InstanceEntry[] = [];
  #list: readonly InstanceEntry[] | undefined;
  #byTag: Map<string, readonly InstanceEntry[]> | undefined;

  constructor(key: string, revision: Revision) {
    this.key = key;
    this.revision = revision;
  }

  get size(): number {
    return this.#members.length;
  }

  /** All instances in no particular order; the same array for ever, changed by the catalog. */
  get members(): readonly InstanceEntry[] {
    return this.#members;
  }

  /** All instances by node name and id. The same array until an instance comes, goes or changes. */
  get instances(): readonly InstanceEntry[] {
    return (this.#list ??= this.#members.toSorted(byNodeAndId));
  }

  /** Instances that carry `tag`, whatever its letter case; the same array until an instance comes, goes or changes. */
  withTag(tag: string): readonly InstanceEntry[] {
    const key = tag.toLowerCase();
    if (!this.tagNames.has(key)) return [];
    this.#byTag ??= new Map();
    let tagged = this.#byTag.get(key);
    if (!tagged) {
      tagged = this.instances.filter((entry) => entry.instance.tags.some((t) => t.toLowerCase() === key));
      this.#byTag.set(key, tagged);
    }
    return tagged;
  }

  add(entry: InstanceEntry): void {
    entry.position = this.#members.push(entry) - 1;
    this.tagNames.add(entry.instance.tags);
    this.#forget();
  }

  /** Takes out an instance that was added; the last one takes its place. */
  delete(entry: InstanceEntry): void {
    this.tagNames.delete(entry.instance.tags);
    const last = this.#members.pop()!;
    if (last !== entry) {
      this.#members[entry.position] = last;
      last.position = entry.position;
    }
    this.#forget();
  }

  #forget(): void {
    this.#list = undefined;
    this.#byTag = undefined;
  }
}

function worst(checks: readonly CheckEntry[]): Status {
  return checks.reduce<Status>((status, entry) => worse(status, entry.check.status), 'passing');
}

function byNodeAndId(a: InstanceEntry, b: InstanceEntry): number {
  return compareText(a.instance.node, b.instance.node) || compareText(a.instance.id, b.instance.id);
}

/** Order by UTF-16 code units: the same on every machine, unlike `localeCompare`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
