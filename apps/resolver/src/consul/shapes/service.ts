import type { Instance, InstanceEntry } from '#libs/registry';
import { orNull } from './node.js';

function addresses({ taggedAddresses }: Instance): Record<string, { Address: string; Port: number }> {
  return Object.fromEntries(
    Object.entries(taggedAddresses).map(([kind, { address, port }]) => [kind, { Address: address, Port: port }]),
  );
}

function weights({ weights: { passing, warning } }: Instance) {
  return { Passing: passing, Warning: warning };
}

function locality(instance: Instance) {
  return instance.locality ? { Region: instance.locality.region, Zone: instance.locality.zone } : null;
}

/** What Consul shows of a mesh proxy's settings where there is no mesh. */
const NO_PROXY = { Mode: '', MeshGateway: {}, Expose: {} } as const;

/** An instance as the agent shows it. */
export function agentService({ instance, node }: InstanceEntry) {
  const region = locality(instance);
  return {
    ...(instance.kind !== '' && { Kind: instance.kind }),
    ID: instance.id,
    Service: instance.service,
    Tags: instance.tags,
    Meta: instance.meta,
    Port: instance.port,
    Address: instance.address,
    ...(instance.socketPath !== '' && { SocketPath: instance.socketPath }),
    ...(hasAddresses(instance) && { TaggedAddresses: addresses(instance) }),
    Weights: weights(instance),
    EnableTagOverride: instance.enableTagOverride,
    ...(region && { Locality: region }),
    Datacenter: node.node.datacenter,
  };
}

export type AgentServiceShape = ReturnType<typeof agentService>;

/** An instance as it stands beside its node (health, catalog/node). */
export function nodeService({ instance, createRevision, modifyRevision }: InstanceEntry) {
  const region = locality(instance);
  return {
    ...(instance.kind !== '' && { Kind: instance.kind }),
    ID: instance.id,
    Service: instance.service,
    Tags: instance.tags,
    Address: instance.address,
    ...(hasAddresses(instance) && { TaggedAddresses: addresses(instance) }),
    Meta: orNull(instance.meta),
    ...(instance.port !== 0 && { Port: instance.port }),
    ...(instance.socketPath !== '' && { SocketPath: instance.socketPath }),
    Weights: weights(instance),
    EnableTagOverride: instance.enableTagOverride,
    Proxy: NO_PROXY,
    Connect: {},
    ...(region && { Locality: region }),
    PeerName: '',
    CreateIndex: createRevision,
    ModifyIndex: modifyRevision,
  };
}

export type NodeServiceShape = ReturnType<typeof nodeService>;

/** An instance and its node in one object (catalog/service). */
export function serviceNode({ instance, node: { node }, createRevision, modifyRevision }: InstanceEntry) {
  return {
    ID: node.id,
    Node: node.name,
    Address: node.address,
    Datacenter: node.datacenter,
    TaggedAddresses: orNull(node.taggedAddresses),
    NodeMeta: orNull(node.meta),
    ServiceKind: instance.kind,
    ServiceID: instance.id,
    ServiceName: instance.service,
    ServiceTags: instance.tags,
    ServiceAddress: instance.address,
    ...(hasAddresses(instance) && { ServiceTaggedAddresses: addresses(instance) }),
    ServiceWeights: weights(instance),
    ServiceMeta: instance.meta,
    ServicePort: instance.port,
    ServiceSocketPath: instance.socketPath,
    ServiceEnableTagOverride: instance.enableTagOverride,
    ServiceProxy: NO_PROXY,
    ServiceConnect: {},
    ServiceLocality: locality(instance),
    CreateIndex: createRevision,
    ModifyIndex: modifyRevision,
  };
}

export type ServiceNodeShape = ReturnType<typeof serviceNode>;

function hasAddresses(instance: Instance): boolean {
  return Object.keys(instance.taggedAddresses).length > 0;
}
