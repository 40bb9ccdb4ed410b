import type { Check, Instance, Node } from '#libs/registry';

/** A node, of which a test says only what it is about. */
export function aNode(given: Partial<Node> = {}): Node {
  return { name: 'node1', id: '', address: '10.0.0.1', datacenter: 'dc1', taggedAddresses: {}, meta: {}, ...given };
}

/** An instance, likewise. */
export function anInstance(given: Partial<Instance> = {}): Instance {
  return {
    node: 'node1',
    id: 'web-1',
    service: 'web',
    tags: [],
    address: '',
    port: 80,
    taggedAddresses: {},
    meta: {},
    weights: { passing: 1, warning: 1 },
    enableTagOverride: false,
    kind: '',
    socketPath: '',
    ...given,
  };
}

/** A check of the node unless the test names an instance, likewise. */
export function aCheck(given: Partial<Check> = {}): Check {
  return {
    node: 'node1',
    id: 'alive',
    name: 'alive',
    status: 'passing',
    notes: '',
    output: '',
    serviceId: '',
    serviceName: '',
    type: '',
    interval: '',
    timeout: '',
    definition: {},
    ...given,
  };
}
