import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { changedSettings, type Config } from '#libs/config';
import type { DnsServer } from '#libs/dns';
import {
  addHttpMetrics,
  closeWithin,
  listen,
  logRequests,
  serveDocument,
  traceRequests,
  type Drain,
  type Listening,
} from '#libs/http';
import { Metrics, nestLogger, startTracing, type Logger, type Tracing } from '#libs/observability';
import { Shutdown } from '#libs/probes';
import { Registry, SqliteStore, StoreError, Watches } from '#libs/registry';
import { ownSockets, type Sockets } from '#libs/sockets';
import { listenError, requireFreePort, StartError, version, type Started, type Supervisor } from '#libs/supervisor';
import { systemClock, type Clock } from '#libs/time';
import { openTokens, requireGuardedApi } from './api-access.js';
import { apiOptions } from './api-options.js';
import type { Tokens } from './consul/access/tokens.js';
import type { ConsulModuleOptions } from './consul/consul.module.js';
import { buildDocument } from './consul/openapi/document.js';
import { createConsulServer } from './consul/server.js';
import { addressOf, createDns, dnsSettings } from './dns/dns.js';
import { addDnsMetrics } from './metrics/dns-metrics.js';
import { addRegistryMetrics } from './metrics/registry-metrics.js';
import { ownNode } from './own-node.js';
import { resolverProbes } from './probes/probes.js';
import { ResolverModule } from './resolver.module.js';

/** Requests that are under way so many milliseconds after the program was told to stop are cut off. */
const CLOSE_DEADLINE_MS = 3_000;
/** Of the API's documentation. */
const TITLE = 'Signpost registry';

/** What a test replaces; a program has the supervisor's. */
export interface ResolverOptions extends Partial<Supervisor> {
  readonly clock?: Clock;
}

/**
 * Starts the resolver: the registry from its store, everything that answers, and only then the sockets: DNS first, so that nothing is
 * registered that DNS would not answer. It stops in reverse.
 *
 * @throws StartError when a setting has to be changed first
 */
export async function startResolver(config: Config, log: Logger, options: ResolverOptions = {}): Promise<Started> {
  const {
    clock = systemClock,
    metrics = new Metrics(version()),
    reload = nothingToReload,
    sockets = () => ownSockets,
  } = options;
  const [forHttp, forDns] = [sockets('http'), sockets('dns')];
  await requireGuardedApi(config);
  await requireFreePorts(config, forHttp, forDns);
  const tracing = await startTracing(config.trace, 'signpost-resolver', version(), log);
  const registry = await startRegistry(config, log, clock);
  const watches = new Watches(registry.catalog, clock);
  const dns = createDns({ catalog: registry.catalog, config, log, clock, sockets: forDns });
  let tokens: Tokens | undefined;
  let app: NestFastifyApplication | undefined;
  try {
    tokens = openTokens(config, log, clock);
    addRegistryMetrics(metrics, registry, watches);
    addDnsMetrics(metrics, dns);
    const server = createConsulServer(apiOptions(config, tokens));
    addHttpMetrics(metrics, server.requests, server.server.server);
    logRequests(server.server, log);
    if (tracing) traceRequests(server.server, tracing);
    const consul = { registry, watches, log, metrics, reload, server, traced: tracing !== undefined };
    const shutdown = new Shutdown();
    options.follow?.((next) => takeOn(config, next, dns));
    app = await createApp(config, consul, { dns, shutdown });
    await openDns(config, dns);
    const listening = await openHttp(config, app, forHttp);
    const { drain } = server;
    return toStarted(config, { app, listening, drain, registry, watches, tokens, dns, shutdown, clock, tracing });
  } catch (error) {
    await app?.close();
    tokens?.close();
    await dns.stop();
    await registry.stop();
    throw error;
  }
}

async function requireFreePorts({ resolver }: Config, http: Sockets, dns: Sockets): Promise<void> {
  await requireFreePort(http, resolver.http_host, resolver.http_port, 'resolver', 'http_port');
  await requireFreePort(dns, resolver.dns_host, resolver.dns_port, 'resolver', 'dns_port');
}

/** All that runs. */
interface Parts {
  readonly app: NestFastifyApplication;
  readonly listening: Listening;
  readonly drain: Drain;
  readonly registry: Registry;
  readonly watches: Watches;
  readonly tokens: Tokens | undefined;
  readonly dns: DnsServer;
  readonly shutdown: Shutdown;
  readonly clock: Clock;
  readonly tracing: Tracing | undefined;
}

/** Changes what can be changed while the resolver serves. @returns what cannot, as `[section] key` */
function takeOn(first: Config, next: Config, dns: DnsServer): string[] {
  // The zone's datacenter is the node's as well, so it stays until there are new workers, like the rest of [resolver].
  dns.reconfigure(dnsSettings({ ...first, dns: next.dns }));
  return changedSettings(first, next, ['resolver', 'limits', 'trace']);
}

function toStarted(config: Config, parts: Parts): Started {
  const { listening, drain, watches, dns } = parts;
  return {
    endpoints: { registry: listening.url, dns: addressOf(dns) },
    banner: [`registry ${listening.url}/v1/catalog/services`, `dns      ${addressOf(dns)}`],
    async drain() {
      const drained = Promise.all([drain.run(), dns.handOver()]);
      // Blocking queries are answered with what they know, and Connection: close.
      watches.close();
      await drained;
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
  await closeWithin(app, CLOSE_DEADLINE_MS);
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

async function openDns({ resolver }: Config, dns: DnsServer): Promise<void> {
  try {
    await dns.start();
  } catch (error) {
    throw listenError(error, 'resolver', 'dns_port', resolver.dns_port);
  }
}

async function createApp(
  { resolver }: Config,
  consul: ConsulModuleOptions,
  { dns, shutdown }: Pick<Parts, 'dns' | 'shutdown'>,
): Promise<NestFastifyApplication> {
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    ResolverModule.forRoot(
      consul,
      resolverProbes({
        isListening: () => app.getHttpServer().listening || consul.server.drain.begun,
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
  return app;
}

async function openHttp({ resolver }: Config, app: NestFastifyApplication, sockets: Sockets): Promise<Listening> {
  try {
    return await listen(app, resolver.http_host, resolver.http_port, sockets);
  } catch (error) {
    throw listenError(error, 'resolver', 'http_port', resolver.http_port);
  }
}

/** Of a resolver without a supervisor, whose settings come from no file. */
function nothingToReload(): Promise<void> {
  return Promise.resolve();
}
