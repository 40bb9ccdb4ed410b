import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#libs/config';
import type { DnsServer } from '#libs/dns';
import { drain, listen, type Listening } from '#libs/http';
import { nestLogger, type Logger } from '#libs/observability';
import type { Probe, ProbeGroups } from '#libs/probes';
import { Registry, SqliteStore, StoreError, Watches } from '#libs/registry';
import { listenError, requireFreePort, StartError, type Started } from '#libs/supervisor';
import { systemClock, type Clock } from '#libs/time';
import type { ConsulModuleOptions } from './consul/consul.module.js';
import { createConsulServer } from './consul/server.js';
import { dnsProbe } from './dns/dns-probe.js';
import { addressOf, startDns } from './dns/dns.js';
import { ownNode } from './own-node.js';
import { ResolverModule } from './resolver.module.js';
import { storeProbe } from './store-probe.js';

/** Requests that are under way after so many milliseconds of draining are cut off. */
const DRAIN_DEADLINE_MS = 3_000;

/**
 * Starts the resolver: the registry from its store, DNS, and last HTTP, so that nothing is registered that DNS would not answer.
 * It stops in reverse.
 *
 * @throws StartError when a setting has to be changed first
 */
export async function startResolver(config: Config, log: Logger, clock: Clock = systemClock): Promise<Started> {
  const { http_host, http_port, dns_host, dns_port } = config.resolver;
  await requireFreePort(http_host, http_port, 'resolver', 'http_port');
  await requireFreePort(dns_host, dns_port, 'resolver', 'dns_port');
  const registry = await startRegistry(config, log, clock);
  const watches = new Watches(registry.catalog, clock);
  let dns: DnsServer | undefined;
  try {
    dns = await openDns(config, registry, log, clock);
    const { app, listening } = await serve(config, { registry, watches, log, server: createConsulServer() }, [
      dnsProbe(dns),
      storeProbe(registry),
    ]);
    return {
      endpoints: { registry: listening.url, dns: addressOf(dns) },
      banner: [`registry ${listening.url}/v1/catalog/services`, `dns      ${addressOf(dns)}`],
      async stop() {
        watches.close();
        await drain(app, DRAIN_DEADLINE_MS);
        await dns!.drain();
        await dns!.stop();
        await registry.stop();
      },
    };
  } catch (error) {
    await dns?.stop();
    await registry.stop();
    throw error;
  }
}

async function startRegistry(config: Config, log: Logger, clock: Clock): Promise<Registry> {
  const store = new SqliteStore({ folder: config.resolver.data_dir, clock });
  const registry = new Registry({ store, clock, log, node: ownNode(config) });
  try {
    await registry.start();
    return registry;
  } catch (error) {
    await store.close();
    if (!(error instanceof StoreError)) throw error;
    throw new StartError(`[resolver] data_dir is ${config.resolver.data_dir}: ${error.message}`, { cause: error });
  }
}

async function openDns(config: Config, { catalog }: Registry, log: Logger, clock: Clock): Promise<DnsServer> {
  try {
    return await startDns({ catalog, config, log, clock });
  } catch (error) {
    throw listenError(error, 'resolver', 'dns_port', config.resolver.dns_port);
  }
}

async function serve(
  { resolver }: Config,
  consul: ConsulModuleOptions,
  ready: readonly Probe[],
): Promise<{ app: NestFastifyApplication; listening: Listening }> {
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    ResolverModule.forRoot(
      consul,
      probes(ready, () => app.getHttpServer().listening),
    ),
    new FastifyAdapter(consul.server.server),
    { bodyParser: false, logger: nestLogger(consul.log), abortOnError: false },
  );
  try {
    return { app, listening: await listen(app, resolver.http_host, resolver.http_port) };
  } catch (error) {
    await app.close();
    throw listenError(error, 'resolver', 'http_port', resolver.http_port);
  }
}

function probes(ready: readonly Probe[], isListening: () => boolean): ProbeGroups {
  const listener = {
    name: 'listener',
    check() {
      if (!isListening()) throw new Error('the HTTP port is not open');
    },
  };
  return { live: [], ready: [listener, ...ready] };
}
