import type { Draft } from '../draft.js';
import type { Change, Node } from '../model.js';

/** The check that says that the node's agent can be reached: Consul's name, which clients look for. */
export const SERF_HEALTH = 'serfHealth';
/** The registry's own service, by the id and name that Consul gives its servers. */
export const OWN_SERVICE = 'consul';
/** The port that Consul's servers speak to each other on. Nothing listens on it here; clients expect the number. */
export const SERVER_PORT = 8300;

/** Registers the machine that the registry runs on, with the service and the check that every Consul server has. */
export function putOwnNode(draft: Draft, node: Node): void {
  draft.putNode(node);
  putOwnService(draft, node.name);
}

/**
 * Undoes what a change does to the registry's own service and check, and to the node if it is gone: what Consul's anti-entropy and
 * its leader put back some time later. In the same commit, so that nobody sees a registry without its node.
 *
 * @see https://developer.hashicorp.com/consul/docs/concept/consistency
 */
export function keepOwnNode(draft: Draft, node: Node): void {
  if (!draft.changes.some(mayHarm)) return;
  if (!draft.node(node.name)) draft.putNode(node);
  putOwnService(draft, node.name);
}

/** Whether a change is of the kind that a registry's own records could suffer from: most commits have none, and are not looked into. */
function mayHarm(change: Change): boolean {
  switch (change.kind) {
    case 'put-node':
      return false;
    case 'put-instance':
      return change.instance.id === OWN_SERVICE;
    case 'put-check':
      return change.check.id === SERF_HEALTH;
    case 'remove-check':
      return change.id === SERF_HEALTH;
    case 'remove-instance':
      return change.id === OWN_SERVICE;
    case 'remove-node':
      return true;
  }
}

function putOwnService(draft: Draft, node: string): void {
  draft.putInstance({
    node,
    id: OWN_SERVICE,
    service: OWN_SERVICE,
    tags: [],
    address: '',
    port: SERVER_PORT,
    taggedAddresses: {},
    meta: {},
    weights: { passing: 1, warning: 1 },
    enableTagOverride: false,
    kind: '',
    socketPath: '',
  });
  draft.putCheck({
    node,
    id: SERF_HEALTH,
    name: 'Serf Health Status',
    status: 'passing',
    notes: '',
    output: 'Agent alive and reachable',
    serviceId: '',
    serviceName: '',
    type: '',
    interval: '',
    timeout: '',
    definition: {},
  });
}
