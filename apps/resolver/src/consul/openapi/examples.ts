import { Catalog, Draft, viewOf, type Check, type Instance, type Node } from '#libs/registry';
import { CatalogReads } from '../catalog-reads.js';
import { readOptions } from '../query.js';
import type { Read } from '../reads.js';
import { checksOn } from '../shapes/health-check.js';
import { agentSelf } from '../shapes/agent.js';
import { member } from '../shapes/member.js';
import { agentMetrics } from '../shapes/metrics.js';
import { agentService } from '../shapes/service.js';

/** Answers over a catalog of one service, made by what answers requests: an example cannot show what no answer looks like. */

const NODE: Node = {
  name: 'node1',
  id: '1d7ae6c5-2d6f-4a54-9d2b-6b1d8a3f0c11',
  address: '10.0.0.5',
  datacenter: 'dc1',
  taggedAddresses: { lan: '10.0.0.5', lan_ipv4: '10.0.0.5' },
  meta: { 'consul-version': '1.21.4' },
};

const INSTANCE: Instance = {
  node: NODE.name,
  id: 'web-1',
  service: 'web',
  tags: ['v1'],
  address: '10.0.0.7',
  port: 8080,
  taggedAddresses: { lan_ipv4: { address: '10.0.0.7', port: 8080 } },
  meta: { team: 'blog' },
  weights: { passing: 1, warning: 1 },
  enableTagOverride: false,
  kind: '',
  socketPath: '',
};

const CHECK: Check = {
  node: NODE.name,
  id: 'service:web-1',
  name: "Service 'web' check",
  status: 'passing',
  notes: '',
  output: 'all is well',
  serviceId: INSTANCE.id,
  serviceName: INSTANCE.service,
  type: 'ttl',
  interval: '',
  timeout: '',
  definition: {},
};

const catalog = exampleCatalog();
const reads = new CatalogReads(catalog, NODE.name);

function exampleCatalog(): Catalog {
  const made = new Catalog();
  const draft = new Draft(viewOf(made));
  draft.putNode(NODE);
  draft.putInstance(INSTANCE);
  draft.putCheck(CHECK);
  made.apply(1, draft.changes);
  return made;
}

function bodyOf(read: Read): () => unknown {
  return () => read.body(readOptions({}, {}, NODE.datacenter));
}

function service() {
  return agentService(catalog.instance(NODE.name, INSTANCE.id)!);
}

function checks() {
  return checksOn(catalog.node(NODE.name)!);
}

function health() {
  return { AggregatedStatus: 'passing', Service: service(), Checks: checks() };
}

export const nodes = bodyOf(reads.nodes());
export const tagsByService = bodyOf(reads.services());
export const serviceNodes = bodyOf(reads.service(INSTANCE.service));
export const nodeWithServices = bodyOf(reads.node(NODE.name));
export const nodeWithServiceList = bodyOf(reads.nodeServices(NODE.name));
export const serviceEntries = bodyOf(reads.healthService(INSTANCE.service, true));
export const healthChecks = bodyOf(reads.healthChecks(INSTANCE.service));
export const nothing = (): unknown => [];
export const written = (): unknown => true;
export const datacenters = (): unknown => [NODE.datacenter];
export const serverAddress = (): unknown => `${NODE.address}:8300`;
export const serverAddresses = (): unknown => [`${NODE.address}:8300`];
export const self = (): unknown => ({
  ...agentSelf(NODE),
  Stats: { agent: {}, runtime: { arch: 'x64', os: 'linux', version: 'v26.0.0' } },
});
/** Of no machine in particular: who reads the documentation need not learn about this one. */
export const host = (): unknown => ({
  Memory: { total: 8e9, available: 4e9, used: 4e9, usedPercent: 49.5, free: 4e9 },
  CPU: [{ cpu: 0, modelName: 'a processor', mhz: 2_400 }],
  Host: { hostname: 'node1', uptime: 3_600, os: 'linux', kernelVersion: '6.1', kernelArch: 'x64' },
  Disk: null,
  CollectionTime: 1.7e18,
  Errors: null,
});
export const coordinates = (): unknown => [{ Datacenter: NODE.datacenter, AreaID: 'wan', Coordinates: [] }];
/** Nothing has been counted yet. */
export const metrics = (): unknown => agentMetrics([], new Date(0), 1);
export const members = (): unknown => [member(NODE, false)];
export const agentServices = (): unknown => ({ [INSTANCE.id]: service() });
export const hashedService = (): unknown => ({ ...service(), ContentHash: 'e3b0c44298fc1c14' });
export const agentChecks = (): unknown => Object.fromEntries(checks().map((check) => [check.CheckID, check]));
export const healthOfInstance = (): unknown => health();
export const healthOfService = (): unknown => [health()];
