import type { InstanceEntry, NodeEntry } from './entries.js';
import type { Change, Revision } from './model.js';

/** What a commit that was applied to the catalog changed. */
export interface CatalogEvent {
  /** It is about the catalog as a whole, which went stale or is up to date again. */
  readonly everything?: boolean;
  readonly revision: Revision;
  readonly changes: readonly Change[];
  /** Services, in lower case, that a reader can now see otherwise: an instance, one of its checks, or its node changed. */
  readonly services: ReadonlySet<string>;
  /** Nodes, in lower case, that changed themselves or on which anything changed. */
  readonly nodes: ReadonlySet<string>;
  /** IP addresses, as `canonicalAddress` spells them, at which a node or an instance came, went or changed. */
  readonly addresses: ReadonlySet<string>;
}

/** Collects a `CatalogEvent` while the catalog applies the changes. */
export class Touch implements CatalogEvent {
  readonly revision: Revision;
  readonly changes: readonly Change[];
  readonly services = new Set<string>();
  readonly nodes = new Set<string>();
  readonly addresses = new Set<string>();

  constructor(revision: Revision, changes: readonly Change[]) {
    this.revision = revision;
    this.changes = changes;
  }

  node(entry: NodeEntry): void {
    entry.revision = this.revision;
    this.nodes.add(entry.node.name.toLowerCase());
  }

  instance(entry: InstanceEntry): void {
    this.services.add(entry.instance.service.toLowerCase());
    this.address(entry.ip);
  }

  /** The node itself changed, which every service on it shows. */
  everythingOn(entry: NodeEntry): void {
    this.node(entry);
    for (const instance of entry.instances.values()) this.services.add(instance.instance.service.toLowerCase());
  }

  address(ip: string | undefined): void {
    if (ip !== undefined) this.addresses.add(ip);
  }
}

/** For a catalog that is filled before anybody listens: what was touched is not collected. */
export class Unheard extends Touch {
  override node(entry: NodeEntry): void {
    entry.revision = this.revision;
  }

  override instance(): void {}

  override everythingOn(): void {}

  override address(): void {}
}
