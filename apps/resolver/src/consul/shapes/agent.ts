import { arch, cpus, freemem, hostname, platform, release, totalmem, uptime } from 'node:os';
import type { Node } from '#libs/registry';
import { CONSUL_VERSION, member } from './member.js';

const BUILD_DATE = '2025-01-01T00:00:00Z';

/** What an agent says of itself. */
export function agentSelf(node: Node) {
  const { name, id, datacenter, meta } = node;
  return {
    Config: {
      Datacenter: datacenter,
      PrimaryDatacenter: datacenter,
      NodeName: name,
      NodeID: id,
      Revision: '',
      Server: true,
      Version: CONSUL_VERSION,
      BuildDate: BUILD_DATE,
    },
    DebugConfig: {},
    Coord: null,
    Member: member(node, false),
    Stats: { agent: {}, runtime: { arch: arch(), os: platform(), version: process.version } },
    Meta: meta,
    xDS: null,
  };
}

export function agentVersion() {
  return { SHA: '', BuildDate: BUILD_DATE, HumanVersion: CONSUL_VERSION, FIPS: '' };
}

/** What an agent says of its machine. Sizes in octets. */
export function agentHost() {
  const [total, free] = [totalmem(), freemem()];
  const used = total - free;
  return {
    Memory: { total, available: free, used, usedPercent: (used / total) * 100, free },
    CPU: cpus().map(({ model, speed }, cpu) => ({ cpu, modelName: model, mhz: speed })),
    Host: {
      hostname: hostname(),
      uptime: Math.floor(uptime()),
      os: platform(),
      kernelVersion: release(),
      kernelArch: arch(),
    },
    Disk: null,
    CollectionTime: Date.now() * 1e6,
    Errors: null,
  };
}
