import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import {
  isMaintenance,
  worse,
  type Check,
  type CheckEntry,
  type InstanceEntry,
  type Status,
  type Watches,
} from '#libs/registry';
import type { Agent } from './agent.js';
import { badRequest, notFound } from './errors.js';
import { CHECK_FIELDS, SERVICE_FIELDS } from './filter-fields.js';
import { filterOf } from './filters.js';
import { one } from './query.js';
import { queryOf, sendJson } from './request.js';
import type { Reads } from './reads.js';
import { sendText } from './server.js';
import type { HealthCheckShape } from './shapes/health-check.js';
import { agentService, type AgentServiceShape } from './shapes/service.js';

/** What an instance is in all, for a balancer in front of it. */
type Aggregate = Status | 'maintenance';

const CODES: Record<Aggregate, number> = { passing: 200, warning: 429, critical: 503, maintenance: 503 };

/** The reads of the agent family. They show what this node knows now, so they have no index. */
export class AgentReads {
  readonly #agent: Agent;
  readonly #reads: Reads;
  readonly #watches: Watches;

  constructor(agent: Agent, reads: Reads, watches: Watches) {
    this.#agent = agent;
    this.#reads = reads;
    this.#watches = watches;
  }

  /** By id. */
  services(request: FastifyRequest): Record<string, AgentServiceShape> {
    const filter = filterOf(this.#reads.options(request).filter, SERVICE_FIELDS);
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
    const filter = filterOf(this.#reads.options(request).filter, CHECK_FIELDS);
    const checks = this.#agent.checks().map((entry) => this.#agent.shape(entry));
    return Object.fromEntries(checks.filter(filter).map((check) => [check.CheckID, check]));
  }

  /** One service. With the hash of what the client knows, the answer waits for something else. */
  async sendService(request: FastifyRequest, reply: FastifyReply, id: string): Promise<void> {
    const { wait } = this.#reads.options(request);
    const hash = one(queryOf(request), 'hash') ?? '';
    let service = this.#hashed(id);
    if (service.ContentHash === hash) {
      await this.#otherThan(request, id, hash, wait);
      service = this.#hashed(id);
    }
    reply.header('X-Consul-ContentHash', service.ContentHash);
    sendJson(request, reply, service);
  }

  /** The health of one instance, in the answer's status as well. */
  sendHealthById(request: FastifyRequest, reply: FastifyReply, id: string): void {
    const entry = this.#agent.service(id);
    if (!entry) {
      const unknown = { AggregatedStatus: 'critical', Service: null, Checks: null };
      return this.#sendHealth(request, reply, 404, 'critical', `ServiceId ${id} not found`, unknown);
    }
    const health = this.#healthOf(entry);
    this.#sendHealth(
      request,
      reply,
      CODES[health.AggregatedStatus],
      health.AggregatedStatus,
      health.AggregatedStatus,
      health,
    );
  }

  /** The health of all instances of a service: that of the worst one. */
  sendHealthByName(request: FastifyRequest, reply: FastifyReply, name: string): void {
    const all = this.#agent
      .services()
      .filter(({ instance }) => instance.service === name)
      .map((entry) => this.#healthOf(entry));
    if (all.length === 0) return this.#sendHealth(request, reply, 404, 'critical', `ServiceName ${name} Not Found`, []);
    const status = all.map((health) => health.AggregatedStatus).reduce(worst);
    this.#sendHealth(request, reply, CODES[status], status, status, all);
  }

  /** Resolves when the service is not what `hash` says any more, after `wait` milliseconds, or when nobody waits. */
  async #otherThan(request: FastifyRequest, id: string, hash: string, wait: number): Promise<void> {
    const gone = new AbortController();
    const leave = () => gone.abort();
    const deadline = performance.now() + wait;
    const waiting = () => performance.now() < deadline && !gone.signal.aborted && !this.#watches.closed;
    request.raw.socket.once('close', leave);
    try {
      while (waiting() && this.#hashed(id).ContentHash === hash) {
        await this.#watches.nextChange(`node:${this.#agent.node}`, deadline - performance.now(), gone.signal);
      }
    } finally {
      request.raw.socket.off('close', leave);
    }
  }

  #sendHealth(
    request: FastifyRequest,
    reply: FastifyReply,
    code: number,
    status: Aggregate,
    text: string,
    json: unknown,
  ): void {
    this.#reads.options(request);
    const format = one(queryOf(request), 'format');
    const asText =
      format === 'text' || (format === undefined && (request.headers.accept ?? '').startsWith('text/plain'));
    if (format !== undefined && format !== 'text' && format !== 'json') throw badRequest(`Invalid format: ${format}`);
    reply.header('X-Consul-Reason', status).code(code);
    if (asText) sendText(reply, code, text);
    else sendJson(request, reply, json);
  }

  #healthOf(entry: InstanceEntry) {
    const checks = [...entry.node.ownChecks, ...entry.ownChecks];
    return {
      AggregatedStatus: aggregate(checks.map(({ check }) => check)),
      Service: agentService(entry),
      Checks: entry.ownChecks.map((check: CheckEntry) => this.#agent.shape(check)),
    };
  }

  #hashed(id: string): AgentServiceShape & { ContentHash: string } {
    const entry = this.#agent.service(id);
    if (!entry) throw notFound(`unknown service ID: ${id}`);
    const shape = agentService(entry);
    return { ...shape, ContentHash: createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16) };
  }
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
