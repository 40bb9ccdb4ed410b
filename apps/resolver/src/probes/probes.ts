import type { DnsServer } from '#libs/dns';
import { diskProbe, eventLoopProbe, listenerProbe, type ProbeGroups, type Shutdown } from '#libs/probes';
import type { Registry } from '#libs/registry';
import { dnsProbe } from './dns-probe.js';
import { storeProbe } from './store-probe.js';

export interface ResolverProbesOptions {
  readonly isListening: () => boolean;
  readonly dataDir: string;
  readonly registry: Registry;
  readonly dns: DnsServer;
  readonly shutdown: Shutdown;
}

/** What the resolver's probes look at; docs/probes.md has a row for each. */
export function resolverProbes(options: ResolverProbesOptions): ProbeGroups {
  const { isListening, dataDir, registry, dns, shutdown } = options;
  return {
    live: [eventLoopProbe()],
    ready: [shutdown, listenerProbe(isListening), dnsProbe(dns), storeProbe(registry), diskProbe(dataDir)],
  };
}
