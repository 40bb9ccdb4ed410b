import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { isMaintenance, worse, type Check, type InstanceEntry, type Status, type Watches } from '#libs/registry';
import type { Agent } from './agent.js';
import { notFound } from './errors.js';
import { CHECK_FIELDS, SERVICE_FIELDS } from './filter-fields.js';
import { filterOf } from './filters.js';
import type { Waiting } from './limits/waiting.js';
import { one, readWaiting } from './query.js';
import { queryOf } from './request.js';
import { sendJson, sendText } from './send.js';
import type { HealthCheckShape } from './shapes/health-check.js';
import { agentService, type AgentServiceShape } from './shapes/service.js';

/** What an instance is in all, for a balancer in front of it. */
type Aggregate = Status | 'maintenance';

const CODES: Record<Aggregate, number> = { passing: 200, warning: 429, critical: 503, maintenance: 503 };

/** The reads of the agent family. They show what this node knows now, so they have no index. */
export class AgentReads {
  readonly #agent: Agent;
  readonly #watches: Watches;
  readonly #waiting: Waiting;

  constructor(agent: Agent, watches: Watches, waiting: Waiting) {
    this.#agent = agent;
    this.#watches = watches;
    this.#waiting = waiting;
  }

  /** By id. */
  services(request: FastifyRequest): Record<string, AgentServiceShape> {
    const filter = filterOf(one(queryOf(request), 'filter') ?? '', SERVICE_FIELDS);
    return Object.fromEntries(
      this.#agent
        .services()
        .map(agentService)
        .filter(filter)
        .map((service) => [service.ID, service]),
    );
  }

  /** By id. */
  checks(request: FastifyRequest): Record<string, HealthCheckShape> {
    const filter = filterOf(one(queryOf(request), 'filter') ?? '', CHECK_FIELDS);
    const checks = this.#agent.checks().map((entry) => this.#agent.shape(entry));
    return Object.fromEntries(checks.filter(filter).map((check) => [check.CheckID, check]));
  }

  /** One service. With the hash of what the client knows, the answer waits for something else. */
  async sendService(request: FastifyRequest, reply: FastifyReply, id: string): Promise<void> {
    const { wait } = readWaiting(queryOf(request));
    const hash = one(queryOf(request), 'hash') ?? '';
    let service = this.#hashed(id);
    if (service.ContentHash === hash) {
      await this.#waiting.hold(request, (gone) => this.#otherThan(id, hash, wait, gone));
      service = this.#hashed(id);
    }
    reply.header('X-Consul-ContentHash', service.ContentHash);
    await sendJson(request, reply, service);
  }

  /** The health of one instance, in the answer's status as well. */
  sendHealthById(request: FastifyRequest, reply: FastifyReply, id: string): Promise<void> {
    const entry = this.#agent.service(id);
    if (!entry) {
      const json = { AggregatedStatus: 'critical', Service: null, Checks: null };
      return sendHealth(request, reply, { code: 404, text: `ServiceId ${id} not found`, json });
    }
    const json = this.#healthOf(entry);
    return sendHealth(request, reply, { code: CODES[json.AggregatedStatus], text: json.AggregatedStatus, json });
  }

  /** The health of all instances of a service: that of the worst one. */
  sendHealthByName(request: FastifyRequest, reply: FastifyReply, name: string): Promise<void> {
    const json = this.#agent
      .services()
      .filter(({ instance }) => instance.service === name)
      .map((entry) => this.#healthOf(entry));
    if (json.length === 0)
      return sendHealth(request, reply, { code: 404, text: `ServiceName ${name} Not Found`, json });
    const text = json.map((health) => health.AggregatedStatus).reduce(worst);
    return sendHealth(request, reply, { code: CODES[text], text, json });
  }

  /** Resolves when the service is not what `hash` says any more, after `wait` milliseconds, or when nobody waits. */
  async #otherThan(id: string, hash: string, wait: number, gone: AbortSignal): Promise<void> {
    const deadline = performance.now() + wait;
    const waiting = () => performance.now() < deadline && !gone.aborted && !this.#watches.closed;
    while (waiting() && this.#hashed(id).ContentHash === hash) {
      await this.#watches.nextChange(`node:${this.#agent.node}`, deadline - performance.now(), gone);
    }
  }

  #healthOf(entry: InstanceEntry) {
    const checks = [...this.#agent.nodeChecks(), ...entry.ownChecks];
    return {
      AggregatedStatus: aggregate(checks.map(({ check }) => check)),
      Service: agentService(entry),
      Checks: checks.map((check) => this.#agent.shape(check)),
    };
  }

  #hashed(id: string): AgentServiceShape & { ContentHash: string } {
    const entry = this.#agent.service(id);
    if (!entry) throw notFound(`unknown service ID: ${id}`);
    const shape = agentService(entry);
    return { ...shape, ContentHash: createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16) };
  }
}

/** What is said of an instance's health: a status and, as the client wants it, a text or JSON. */
interface Health {
  readonly code: number;
  readonly text: string;
  readonly json: unknown;
}

function sendHealth(request: FastifyRequest, reply: FastifyReply, { code, text, json }: Health): Promise<void> {
  reply.header('X-Consul-Reason', headerText(text)).code(code);
  const wantsText = request.headers.accept?.startsWith('text/plain') || one(queryOf(request), 'format') === 'text';
  if (!wantsText) return sendJson(request, reply, json);
  sendText(reply, code, text);
  return Promise.resolve();
}

/** A header's value is bytes (RFC 9110, 5.5), which Node takes as Latin-1: UTF-8 as it is, without control characters. */
function headerText(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^\x20-\x7e\x80-\xff]/g, ' ');
}

/** Maintenance is worse than all else. */
function aggregate(checks: readonly Check[]): Aggregate {
  if (checks.some(isMaintenance)) return 'maintenance';
  return checks.map(({ status }) => status).reduce<Status>(worse, 'passing');
}

function worst(a: Aggregate, b: Aggregate): Aggregate {
  if (a === 'maintenance' || b === 'maintenance') return 'maintenance';
  return worse(a, b);
}
