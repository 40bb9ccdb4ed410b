import { Inject, Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { answerInFront } from '#libs/http';
import { Metrics, type Logger } from '#libs/observability';
import { Registry, type Watches } from '#libs/registry';
import { AclController } from './acl.controller.js';
import { AgentCheckController } from './agent-check.controller.js';
import { AgentController } from './agent.controller.js';
import { AgentOperationsController, RELOAD } from './agent-operations.controller.js';
import { AgentReads } from './agent-reads.js';
import { AgentServiceController } from './agent-service.controller.js';
import { Agent } from './agent.js';
import { AnswerCache } from './answer-cache.js';
import { CatalogController } from './catalog.controller.js';
import { CatalogReads } from './catalog-reads.js';
import { ConsulErrorFilter } from './consul-error.filter.js';
import { CoordinateController } from './coordinate.controller.js';
import { HealthController } from './health.controller.js';
import { IndexController } from './index.controller.js';
import { Waiting } from './limits/waiting.js';
import { refuseOtherMethods } from './methods.js';
import { Reads } from './reads.js';
import { repeatedReads } from './repeated-reads.js';
import type { ConsulServer } from './server.js';
import { StatusController } from './status.controller.js';

export interface ConsulModuleOptions {
  readonly registry: Registry;
  /** Blocking queries wait here; whoever stops the program closes it first, so that they are answered. */
  readonly watches: Watches;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Reads the configuration again. @throws ConfigError */
  readonly reload: () => Promise<void>;
  /** The server that the Nest application is built on. */
  readonly server: ConsulServer;
  /** Whether requests are traced: a span must hold all that is done for one. */
  readonly traced: boolean;
}

const SERVER = Symbol('ConsulServer');
const FRONT = Symbol('what is done before Fastify');

/** Consul's HTTP API over a registry. */
@Module({})
export class ConsulModule implements OnApplicationBootstrap {
  constructor(
    @Inject(SERVER) private readonly server: ConsulServer,
    @Inject(FRONT) private readonly openFront: () => void,
  ) {}

  static forRoot({ registry, watches, log, metrics, reload, server, traced }: ConsulModuleOptions): DynamicModule {
    const agent = new Agent(registry, log);
    const waiting = new Waiting(watches, server.watchQuota, log);
    const answers = new AnswerCache();
    const reads = new Reads(registry, waiting, answers);
    const find = traced ? undefined : repeatedReads({ catalog: registry.catalog, answers, server });
    return {
      module: ConsulModule,
      controllers: [
        AgentController,
        AgentOperationsController,
        AgentServiceController,
        AgentCheckController,
        CatalogController,
        HealthController,
        StatusController,
        CoordinateController,
        AclController,
        IndexController,
      ],
      providers: [
        { provide: SERVER, useValue: server },
        { provide: FRONT, useValue: () => find && answerInFront(server.server, { ...server, log }, find) },
        { provide: Registry, useValue: registry },
        { provide: Metrics, useValue: metrics },
        { provide: RELOAD, useValue: reload },
        { provide: Agent, useValue: agent },
        { provide: Reads, useValue: reads },
        { provide: AgentReads, useValue: new AgentReads(agent, waiting) },
        { provide: CatalogReads, useValue: new CatalogReads(registry.catalog, registry.node.name.toLowerCase()) },
        { provide: APP_FILTER, useValue: new ConsulErrorFilter(log) },
      ],
    };
  }

  onApplicationBootstrap(): void {
    refuseOtherMethods(this.server.server, this.server.routes);
    this.openFront();
  }
}
