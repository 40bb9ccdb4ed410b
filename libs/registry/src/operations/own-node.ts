import type { Draft } from '../draft.js';
import type { Node } from '../model.js';

/** The check that says that the node's agent can be reached: Consul's name, which clients look for. */
export const SERF_HEALTH = 'serfHealth';
/** The registry's own service, by the id and name that Consul gives its servers. */
export const OWN_SERVICE = 'consul';
/** The port that Consul's servers speak to each other on. Nothing listens on it here; clients expect the number. */
export const SERVER_PORT = 8300;

/** Registers the machine that the registry runs on, with the service and the check that every Consul server has. */
export function putOwnNode(draft: Draft, node: Node): void {
  draft.putNode(node);
  draft.putInstance({
    node: node.name,
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
    node: node.name,
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
