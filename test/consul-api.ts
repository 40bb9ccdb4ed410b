import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { logRequests } from '#libs/http';
import { createLogger, Metrics } from '#libs/observability';
import { Registry, SqliteStore, Watches, type RegistryStore } from '#libs/registry';
import { tempFolder } from '#libs/testing';
import { systemClock } from '#libs/time';
import { ConsulModule } from '../apps/resolver/src/consul/consul.module.js';
import type { Routes } from '../apps/resolver/src/consul/openapi/operation.js';
import { createConsulServer, type ConsulServerOptions } from '../apps/resolver/src/consul/server.js';

/** Consul's API over an empty registry on a free port of the loopback interface, without DNS. */
export interface ConsulApi {
  readonly url: string;
  readonly port: number;
  readonly registry: Registry;
  readonly watches: Watches;
  readonly routes: Routes;
  stop(): Promise<void>;
}

/**
 * @param store where the registry is kept; by default a folder that goes with the server
 * @param options what the server lets through; by default everything
 */
export async function startConsulApi(
  store?: RegistryStore,
  options?: Partial<ConsulServerOptions>,
): Promise<ConsulApi> {
  const folder = tempFolder();
  const log = createLogger({ level: process.env.TEST_LOG ?? 'silent', format: 'json' }, 'test');
  const clock = systemClock;
  const registry = new Registry({
    store: store ?? new SqliteStore({ folder: folder.path, clock }),
    clock,
    log,
    node: {
      name: 'node1',
      id: '1d7ae6c5-2d6f-4a54-9d2b-6b1d8a3f0c11',
      address: '127.0.0.1',
      datacenter: 'dc1',
      taggedAddresses: { lan: '127.0.0.1', lan_ipv4: '127.0.0.1', wan: '127.0.0.1', wan_ipv4: '127.0.0.1' },
      meta: { 'consul-network-segment': '' },
    },
  });
  await registry.start();
  const watches = new Watches(registry.catalog, clock);
  const server = createConsulServer(options);
  logRequests(server.server, log);
  const app = await NestFactory.create<NestFastifyApplication>(
    ConsulModule.forRoot({
      ...{ registry, watches, log, server, metrics: new Metrics('test'), traced: false },
      reload: async () => {},
    }),
    new FastifyAdapter(server.server),
    { bodyParser: false, logger: process.env.TEST_LOG ? undefined : false },
  );
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace(/\/$/, '');
  return {
    url,
    port: Number(new URL(url).port),
    registry,
    watches,
    routes: server.routes,
    async stop() {
      watches.close();
      await app.close();
      await registry.stop();
      folder.remove();
    },
  };
}
