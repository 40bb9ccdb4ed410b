import type { NodeEntry, Pairs } from '#libs/registry';

/** A node as the catalog shows it. */
export function node({ node, createRevision, modifyRevision }: NodeEntry) {
  return {
    ID: node.id,
    Node: node.name,
    Address: node.address,
    Datacenter: node.datacenter,
    TaggedAddresses: orNull(node.taggedAddresses),
    Meta: orNull(node.meta),
    ...(node.locality && { Locality: { Region: node.locality.region, Zone: node.locality.zone } }),
    CreateIndex: createRevision,
    ModifyIndex: modifyRevision,
  };
}

export type NodeShape = ReturnType<typeof node>;

/** Go's nil map: what Consul shows when a map was never given. */
export function orNull(pairs: Pairs): Pairs | null {
  return Object.keys(pairs).length === 0 ? null : pairs;
}
