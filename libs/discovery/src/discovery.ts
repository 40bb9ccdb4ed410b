import { hostname } from 'node:os';
import type { Logger } from '#libs/observability';
import type { Clock } from '#libs/time';
import { Agent, type Instance } from './agent.js';
import { pickInstance } from './pick.js';
import { Registration } from './registration.js';

export interface DiscoveryOptions {
  /** `http://127.0.0.1:8500`. */
  readonly registryUrl: string;
  /** For a registry that asks for one; empty: none. */
  readonly token?: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
}

/** What a program offers under one name. */
export interface Service {
  readonly name: string;
  /** Without one, the registry gives out the address of its node. */
  readonly address?: string;
  readonly port: number;
  readonly tags?: readonly string[];
  readonly meta?: Readonly<Record<string, string>>;
  /** The registry takes the service out of its answers after so many milliseconds without a heartbeat. */
  readonly ttl: number;
}

/** Consul takes no less than a minute; an instance that comes back has the same id and needs no clearing. */
const FORGET_AFTER_MS = 10 * 60_000;

/** The registry as a program uses it: to be found, and to find others. */
export class Discovery {
  private readonly agent: Agent;
  private readonly registrations: Registration[] = [];

  constructor(private readonly options: DiscoveryOptions) {
    this.agent = new Agent(options);
  }

  /** Keeps a service registered until `stop`. Returns at once, whether the registry is there or not. */
  register(service: Service): Registration {
    const id = instanceId(service);
    const definition = { ...service, id, deregisterAfter: Math.max(FORGET_AFTER_MS, service.ttl) };
    const registration = new Registration({ ...this.options, agent: this.agent, service: definition });
    this.registrations.push(registration);
    registration.start();
    return registration;
  }

  /** Resolves when each service has been registered, or could not be at the first try. Takes no longer than a request may. */
  async tried(): Promise<void> {
    await Promise.all(this.registrations.map((registration) => registration.tried()));
  }

  /** Whether the registry knew all services when it was last asked. */
  get isRegistered(): boolean {
    return this.registrations.every(({ isRegistered }) => isRegistered);
  }

  /** Ends the signs of life and leaves the services in the registry, for another process that keeps them there under the same ids. */
  leave(): void {
    for (const registration of this.registrations.splice(0)) registration.leave();
  }

  /** Takes all services out of the registry, if that can be reached. Never throws. */
  async stop(): Promise<void> {
    await Promise.all(this.registrations.splice(0).map((registration) => registration.stop()));
  }

  /** The instances of a service whose checks pass. */
  healthyInstances(service: string): Promise<Instance[]> {
    return this.agent.healthyInstances(service);
  }

  /** One of them, at random by weight; undefined when there is none. */
  async pick(service: string): Promise<Instance | undefined> {
    return pickInstance(await this.healthyInstances(service), this.options.random);
  }
}

/** The id of an instance, the same after a restart. */
export function instanceId({ name, port }: Service, host = hostname()): string {
  return `${name}-${host}-${port}`;
}
