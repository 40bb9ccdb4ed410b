import type { Logger } from '#libs/observability';
import {
  compareText,
  deregisterService,
  enterMaintenance,
  leaveMaintenance,
  OWN_SERVICE,
  registerCheck,
  registerService,
  SERF_HEALTH,
  type Check,
  type CheckEntry,
  type Instance,
  type InstanceEntry,
  type Registry,
  type Revision,
  type ServiceRegistration,
  type Verdict,
} from '#libs/registry';
import { notFound, quote, reserved, serverError, unknownCheck, unknownService } from './errors.js';
import { healthCheck, type HealthCheckShape } from './shapes/health-check.js';

/** What Consul takes for a name that can be asked for in DNS. */
const DNS_LABEL = /^[a-z0-9-]{1,63}$/i;

/** Consul's agent: the services and checks of this node. The registry's own service and check are the server's, not the agent's. */
export class Agent {
  readonly #registry: Registry;
  readonly #log: Logger;

  constructor(registry: Registry, log: Logger) {
    this.#registry = registry;
    this.#log = log;
  }

  /** The name of this node. */
  get node(): string {
    return this.#registry.node.name;
  }

  /** The latest change to this node or anything on it. */
  get revision(): Revision {
    return this.#registry.catalog.nodeRevision(this.node);
  }

  /** By id. */
  services(): InstanceEntry[] {
    const instances = [...(this.#registry.catalog.node(this.node)?.instances.values() ?? [])];
    return instances
      .filter(({ instance }) => instance.id !== OWN_SERVICE)
      .sort((a, b) => compareText(a.instance.id, b.instance.id));
  }

  service(id: string): InstanceEntry | undefined {
    return id === OWN_SERVICE ? undefined : this.#registry.catalog.instance(this.node, id);
  }

  /** By id. */
  checks(): CheckEntry[] {
    const checks = [...(this.#registry.catalog.node(this.node)?.checks.values() ?? [])];
    return checks.filter(({ check }) => check.id !== SERF_HEALTH).sort((a, b) => compareText(a.check.id, b.check.id));
  }

  /** Checks of this node as a whole, by id. */
  nodeChecks(): CheckEntry[] {
    const checks = this.#registry.catalog.node(this.node)?.ownChecks ?? [];
    return checks.filter(({ check }) => check.id !== SERF_HEALTH);
  }

  /** A check with its latest output, which the catalog may not have yet. */
  shape(entry: CheckEntry): HealthCheckShape {
    const check = { ...entry.check, output: this.#registry.checks.output(entry.check) };
    return healthCheck({ ...entry, check }, this.#registry.catalog.instance(check.node, check.serviceId));
  }

  /** @throws ConsulError for the ids of the registry's own service and check */
  async register(registration: ServiceRegistration): Promise<void> {
    refuseOwnService(registration.instance.id);
    for (const { id } of registration.checks) refuseOwnCheck(id);
    this.#warnOfName(registration.instance);
    await this.#registry.commit((draft) => registerService(draft, registration));
    for (const { id } of registration.checks) this.#registry.checks.renew(id);
  }

  /** @throws ConsulError when there is no such service */
  async deregister(id: string): Promise<void> {
    await this.#registry.commit((draft) => {
      if (id === OWN_SERVICE || !deregisterService(draft, this.node, id)) throw unknownService(id);
    });
  }

  /** @param reason the empty text for none @throws ConsulError when there is no such service or it is the registry's own */
  async maintainService(id: string, enable: boolean, reason: string): Promise<void> {
    refuseOwnService(id);
    await this.#registry.commit((draft) => {
      if (!draft.instance(this.node, id)) throw unknownService(id);
      if (enable) enterMaintenance(draft, this.node, id, reason);
      else leaveMaintenance(draft, this.node, id);
    });
  }

  async maintainNode(enable: boolean, reason: string): Promise<void> {
    await this.#registry.commit((draft) => {
      if (enable) enterMaintenance(draft, this.node, '', reason);
      else leaveMaintenance(draft, this.node, '');
    });
  }

  /** @throws ConsulError when the check is for a service that is not there, or it or the service is the registry's own */
  async registerCheck(check: Check): Promise<void> {
    refuseOwnCheck(check.id);
    refuseOwnService(check.serviceId);
    await this.#registry.commit((draft) => {
      const instance = draft.instance(this.node, check.serviceId);
      if (check.serviceId !== '' && !instance) throw notFound(`ServiceID ${quote(check.serviceId)} does not exist`);
      registerCheck(draft, { ...check, serviceName: instance?.service ?? '' });
    });
    this.#registry.checks.renew(check.id);
  }

  /** @throws ConsulError when there is no such check */
  async deregisterCheck(id: string): Promise<void> {
    await this.#registry.commit((draft) => {
      if (id === SERF_HEALTH || !draft.check(this.node, id)) throw unknownCheck(id);
      draft.removeCheck(this.node, id);
    });
  }

  /** A service reports on itself. @throws ConsulError when the check is unknown or has no TTL */
  async report(id: string, verdict: Verdict): Promise<void> {
    if (!this.#registry.catalog.check(this.node, id)) throw unknownCheck(id);
    if (!(await this.#registry.checks.report(id, verdict)))
      throw serverError(`CheckID ${quote(id)} does not have associated TTL`);
  }

  /** Once for each instance: a client may register the same again every few seconds. */
  #warnOfName({ id, service }: Instance): void {
    if (DNS_LABEL.test(service) || this.service(id)?.instance.service === service) return;
    this.#log.warn(
      { service, id },
      'DNS cannot answer for this service: its name is no label of letters, digits and hyphens',
    );
  }
}

function refuseOwnService(id: string): void {
  if (id === OWN_SERVICE) throw reserved('service', id);
}

function refuseOwnCheck(id: string): void {
  if (id === SERF_HEALTH) throw reserved('check', id);
}
