import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { changedSettings, type Config } from '#libs/config';
import type { DnsServer } from '#libs/dns';
import { addHttpMetrics, drain, listen, logRequests, serveDocument, traceRequests, type Listening } from '#libs/http';
import { Metrics, nestLogger, startTracing, type Logger, type Tracing } from '#libs/observability';
import { Shutdown } from '#libs/probes';
import { Registry, SqliteStore, StoreError, Watches } from '#libs/registry';
import { listenError, requireFreePort, StartError, version, type Started, type Supervisor } from '#libs/supervisor';
import { systemClock, type Clock } from '#libs/time';
import { openTokens, requireGuardedApi } from './api-access.js';
import { apiOptions } from './api-options.js';
import type { Tokens } from './consul/access/tokens.js';
import type { ConsulModuleOptions } from './consul/consul.module.js';
import { buildDocument } from './consul/openapi/document.js';
import { createConsulServer } from './consul/server.js';
import { addressOf, dnsSettings, startDns } from './dns/dns.js';
import { addDnsMetrics } from './metrics/dns-metrics.js';
import { addRegistryMetrics } from './metrics/registry-metrics.js';
import { ownNode } from './own-node.js';
import { resolverProbes } from './probes/probes.js';
import { ResolverModule } from './resolver.module.js';

/** Requests that are under way after so many milliseconds of draining are cut off. */
const DRAIN_DEADLINE_MS = 3_000;
/** Of the API's documentation. */
const TITLE = 'Signpost registry';

/** What a test replaces; a program has the supervisor's. */
export interface ResolverOptions extends Partial<Supervisor> {
  readonly clock?: Clock;
}

/**
 * Starts the resolver: the registry from its store, DNS, and last HTTP, so that nothing is registered that DNS would not answer.
 * It stops in reverse.
 *
 * @throws StartError when a setting has to be changed first
 */
export async function startResolver(
  config: Config,
  log: Logger,
  { clock = systemClock, metrics = new Metrics(version()), reload = nothingToReload }: ResolverOptions = {},
): Promise<Started> {
  const { http_host, http_port, dns_host, dns_port } = config.resolver;
  await requireGuardedApi(config);
  await requireFreePort(http_host, http_port, 'resolver', 'http_port');
  await requireFreePort(dns_host, dns_port, 'resolver', 'dns_port');
  const tracing = await startTracing(config.trace, 'signpost-resolver', version(), log);
  const registry = await startRegistry(config, log, clock);
  const watches = new Watches(registry.catalog, clock);
  let tokens: Tokens | undefined;
  let dns: DnsServer | undefined;
  try {
    tokens = openTokens(config, log, clock);
    dns = await openDns(config, registry, log, clock);
    addRegistryMetrics(metrics, registry, watches);
    addDnsMetrics(metrics, dns);
    const server = createConsulServer(apiOptions(config, tokens));
    addHttpMetrics(metrics, server.requests, server.server.server);
    logRequests(server.server, log);
    if (tracing) traceRequests(server.server, tracing);
    const consul = { registry, watches, log, metrics, reload, server };
    const shutdown = new Shutdown();
    const http = await serve(config, consul, { dns, shutdown });
    return toStarted(config, { ...http, registry, watches, tokens, dns, shutdown, clock, tracing });
  } catch (error) {
    tokens?.close();
    await dns?.stop();
    await registry.stop();
    throw error;
  }
}

/** All that runs. */
interface Parts extends Http {
  readonly registry: Registry;
  readonly watches: Watches;
  readonly tokens: Tokens | undefined;
  readonly dns: DnsServer;
  readonly shutdown: Shutdown;
  readonly clock: Clock;
  readonly tracing: Tracing | undefined;
}

function toStarted(config: Config, parts: Parts): Started {
  const { listening, dns } = parts;
  return {
    endpoints: { registry: listening.url, dns: addressOf(dns) },
    banner: [`registry ${listening.url}/v1/catalog/services`, `dns      ${addressOf(dns)}`],
    reload(next) {
      // The zone's datacenter is the node's as well, so it stays until the next start like the rest of [resolver].
      dns.reconfigure(dnsSettings({ ...config, dns: next.dns }));
      return changedSettings(config, next, ['resolver', 'limits', 'trace']);
    },
    stop: () => stop(parts, config.resolver.shutdown_delay),
  };
}

/** Says that it stops, waits until that was heard, answers who is here, and closes the store last. @param delay in milliseconds */
async function stop(parts: Parts, delay: number): Promise<void> {
  const { app, registry, watches, tokens, dns, shutdown, clock, tracing } = parts;
  shutdown.begin();
  await shutdown.wait(clock, delay);
  watches.close();
  tokens?.close();
  await drain(app, DRAIN_DEADLINE_MS);
  await dns.drain();
  await dns.stop();
  await tracing?.stop();
  await registry.stop();
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

interface Http {
  readonly app: NestFastifyApplication;
  readonly listening: Listening;
}

async function serve(
  { resolver }: Config,
  consul: ConsulModuleOptions,
  { dns, shutdown }: Pick<Parts, 'dns' | 'shutdown'>,
): Promise<Http> {
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    ResolverModule.forRoot(
      consul,
      resolverProbes({
        isListening: () => app.getHttpServer().listening,
        dataDir: resolver.data_dir,
        registry: consul.registry,
        dns,
        shutdown,
      }),
    ),
    new FastifyAdapter(consul.server.server),
    { bodyParser: false, logger: nestLogger(consul.log), abortOnError: false },
  );
  serveDocument(app, TITLE, () => buildDocument(consul.server.routes, TITLE, version()));
  try {
    return { app, listening: await listen(app, resolver.http_host, resolver.http_port) };
  } catch (error) {
    await app.close();
    throw listenError(error, 'resolver', 'http_port', resolver.http_port);
  }
}

/** Of a resolver without a supervisor, whose settings come from no file. */
function nothingToReload(): Promise<void> {
  return Promise.resolve();
}
