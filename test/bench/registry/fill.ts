import { SqliteStore, type Change, type Check, type Instance, type Node } from '#libs/registry';
import { systemClock } from '#libs/time';

const INSTANCES_OF_A_NODE = 100;
const INSTANCES_OF_A_SERVICE = 100;
const INSTANCES_OF_A_COMMIT = 500;

/** Stores a registry of so many instances, each with an address of its own and, if wanted, a check, where a resolver will find it. */
export async function fillStore(folder: string, instances: number, withChecks: boolean): Promise<void> {
  const store = new SqliteStore({ folder, clock: systemClock });
  let revision = (await store.load()).revision;
  for (let n = 0; n < instances; n += INSTANCES_OF_A_COMMIT) {
    const changes = Array.from({ length: INSTANCES_OF_A_COMMIT }, (_, i) => registration(n + i, withChecks)).flat();
    await store.commit(revision++, [changes]);
  }
  await store.close();
}

function registration(n: number, withCheck: boolean): Change[] {
  const changes: Change[] = [{ kind: 'put-instance', instance: instanceOf(n) }];
  if (n % INSTANCES_OF_A_NODE === 0) changes.unshift({ kind: 'put-node', node: nodeOf(n) });
  if (withCheck) changes.push({ kind: 'put-check', check: checkOf(n) });
  return changes;
}

function nodeName(n: number): string {
  return `node-${Math.floor(n / INSTANCES_OF_A_NODE)}`;
}

function serviceName(n: number): string {
  return `web${Math.floor(n / INSTANCES_OF_A_SERVICE)}`;
}

function address(net: number, n: number): string {
  return [net, (n >> 16) & 255, (n >> 8) & 255, n & 255].join('.');
}

function nodeOf(n: number): Node {
  return {
    name: nodeName(n),
    id: '',
    address: address(172, n),
    datacenter: 'dc1',
    taggedAddresses: {},
    meta: {},
  };
}

function instanceOf(n: number): Instance {
  return {
    node: nodeName(n),
    id: `web-${n}`,
    service: serviceName(n),
    tags: ['v1', 'bench'],
    address: address(10, n),
    port: 8_000 + (n % 1_000),
    taggedAddresses: {},
    meta: { version: '1.2.3' },
    weights: { passing: 1, warning: 1 },
    enableTagOverride: false,
    kind: '',
    socketPath: '',
  };
}

function checkOf(n: number): Check {
  return {
    node: nodeName(n),
    id: `service:web-${n}`,
    name: `Service '${serviceName(n)}' check`,
    status: 'passing',
    notes: '',
    output: '',
    serviceId: `web-${n}`,
    serviceName: serviceName(n),
    type: 'ttl',
    interval: '',
    timeout: '',
    definition: {},
  };
}
