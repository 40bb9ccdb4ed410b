import { formatDuration, type Clock } from '#libs/time';

/** How a service is registered with an agent: the parts of Consul's API that are used here. */
export interface ServiceDefinition {
  /** Unique among the agent's services; the same after a restart, so that no ghost of the last run stays. */
  readonly id: string;
  /** What others look it up by. */
  readonly name: string;
  /** Without one, the registry gives out the address of its node. */
  readonly address?: string;
  readonly port: number;
  readonly tags?: readonly string[];
  readonly meta?: Readonly<Record<string, string>>;
  /** The registry holds the service for dead after so many milliseconds without a heartbeat. */
  readonly ttl: number;
  /** The registry forgets a dead service after so many milliseconds. */
  readonly deregisterAfter: number;
}

/** One instance of a service, as a lookup finds it. */
export interface Instance {
  readonly id: string;
  readonly service: string;
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  /** Its share among the instances, from 0. */
  readonly weight: number;
}

/** A registry that answered, but not with what was asked for. */
export class AgentError extends Error {
  constructor(
    readonly status: number,
    /** The registry's own words. */
    readonly reason: string,
    request: string,
  ) {
    super(`${request}: ${status} ${reason}`);
    this.name = 'AgentError';
  }

  /** The registry does not know the service (any more), or not with a TTL check: it must be registered again. */
  get isUnregistered(): boolean {
    return this.status === 404 || /does not have associated TTL/.test(this.reason);
  }

  /** The request itself is wrong: sending it again would not help. */
  get isRejected(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 404 && this.status !== 429;
  }
}

export interface AgentOptions {
  /** `http://127.0.0.1:8500`. */
  readonly registryUrl: string;
  /** For a registry that asks for one; empty: none. */
  readonly token?: string;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
  /** A call that takes longer fails, in milliseconds. */
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT_MS = 1_000;
const MAX_REASON = 300;

/** The form of `GET /v1/health/service/:name`; all that is used of it. */
interface HealthEntry {
  readonly Node: { readonly Node: string; readonly Address: string };
  readonly Service: {
    readonly ID: string;
    readonly Service: string;
    readonly Address?: string;
    readonly Port?: number;
    readonly Tags?: readonly string[] | null;
    readonly Meta?: Readonly<Record<string, string>> | null;
    readonly Weights?: { readonly Passing?: number };
  };
}

/**
 * Speaks to a registry over Consul's HTTP API. Every call has a time-out and throws when it fails.
 *
 * @see https://developer.hashicorp.com/consul/api-docs
 */
export class Agent {
  constructor(private readonly options: AgentOptions) {}

  /** Registers a service with a TTL check that passes from the start. */
  async register(service: ServiceDefinition): Promise<void> {
    const body = {
      ID: service.id,
      Name: service.name,
      ...(service.address !== undefined && { Address: service.address }),
      Port: service.port,
      Tags: service.tags ?? [],
      Meta: service.meta ?? {},
      Check: {
        CheckID: checkId(service.id),
        TTL: formatDuration(service.ttl),
        Status: 'passing',
        DeregisterCriticalServiceAfter: formatDuration(service.deregisterAfter),
      },
    };
    await this.call('PUT', '/v1/agent/service/register?replace-existing-checks=true', body);
  }

  /** Takes a service out. One that the registry does not know is no error. */
  async deregister(id: string): Promise<void> {
    try {
      await this.call('PUT', `/v1/agent/service/deregister/${encodeURIComponent(id)}`);
    } catch (error) {
      if (!(error instanceof AgentError && error.status === 404)) throw error;
    }
  }

  /** Sends a sign of life. */
  async pass(id: string): Promise<void> {
    await this.call('PUT', `/v1/agent/check/pass/${encodeURIComponent(checkId(id))}`);
  }

  /** The instances of a service whose checks pass. */
  async healthyInstances(service: string): Promise<Instance[]> {
    const response = await this.call('GET', `/v1/health/service/${encodeURIComponent(service)}?passing`);
    return (JSON.parse(response) as HealthEntry[]).map(toInstance);
  }

  /** @returns the body of the answer */
  private async call(method: 'GET' | 'PUT', path: string, body?: unknown): Promise<string> {
    const { registryUrl, token, clock, fetch: send = fetch, timeout = DEFAULT_TIMEOUT_MS } = this.options;
    const aborter = new AbortController();
    const timer = clock.after(timeout, () => aborter.abort(new Error(`no answer within ${timeout} ms`)));
    try {
      const response = await send(`${registryUrl}${path}`, {
        method,
        signal: aborter.signal,
        redirect: 'error',
        headers: {
          ...(token && { 'x-consul-token': token }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new AgentError(response.status, text.slice(0, MAX_REASON), `${method} ${path}`);
      return text;
    } finally {
      timer.cancel();
    }
  }
}

function checkId(serviceId: string): string {
  return `service:${serviceId}`;
}

function toInstance({ Node, Service }: HealthEntry): Instance {
  return {
    id: Service.ID,
    service: Service.Service,
    node: Node.Node,
    address: Service.Address || Node.Address,
    port: Service.Port ?? 0,
    tags: Service.Tags ?? [],
    meta: Service.Meta ?? {},
    weight: Service.Weights?.Passing ?? 1,
  };
}
