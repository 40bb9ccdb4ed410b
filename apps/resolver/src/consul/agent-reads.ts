import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { isMaintenance, worse, type Check, type InstanceEntry, type Status } from '#libs/registry';
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

type HashedService = AgentServiceShape & { readonly ContentHash: string };

const CODES: Record<Aggregate, number> = { passing: 200, warning: 429, critical: 503, maintenance: 503 };

/** The reads of the agent family. They show what this node knows now, so they have no index. */
export class AgentReads {
  readonly #agent: Agent;
  readonly #waiting: Waiting;

  constructor(agent: Agent, waiting: Waiting) {
    this.#agent = agent;
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
  sendService(request: FastifyRequest, reply: FastifyReply, id: string): void {
    const query = queryOf(request);
    const hash = one(query, 'hash') ?? '';
    const deadline = performance.now() + readWaiting(query).wait;
    const sendOrWait = (): void => {
      const service = this.#hashed(id);
      const ms = Math.ceil(deadline - performance.now());
      if (service.ContentHash !== hash || ms <= 0 || this.#waiting.closed) return sendHashed(request, reply, service);
      const topic = `node:${this.#agent.node}` as const;
      this.#waiting.hold(request, reply, { topic, known: this.#agent.revision, ms }, sendOrWait);
    };
    sendOrWait();
  }

  /** The health of one instance, in the answer's status as well. */
  sendHealthById(request: FastifyRequest, reply: FastifyReply, id: string): void {
    const entry = this.#agent.service(id);
    if (!entry) {
      const json = { AggregatedStatus: 'critical', Service: null, Checks: null };
      return sendHealth(request, reply, { code: 404, text: `ServiceId ${id} not found`, json });
    }
    const json = this.#healthOf(entry);
    return sendHealth(request, reply, { code: CODES[json.AggregatedStatus], text: json.AggregatedStatus, json });
  }

  /** The health of all instances of a service: that of the worst one. */
  sendHealthByName(request: FastifyRequest, reply: FastifyReply, name: string): void {
    const json = this.#agent
      .services()
      .filter(({ instance }) => instance.service === name)
      .map((entry) => this.#healthOf(entry));
    if (json.length === 0)
      return sendHealth(request, reply, { code: 404, text: `ServiceName ${name} Not Found`, json });
    const text = json.map((health) => health.AggregatedStatus).reduce(worst);
    return sendHealth(request, reply, { code: CODES[text], text, json });
  }

  #healthOf(entry: InstanceEntry) {
    const checks = [...this.#agent.nodeChecks(), ...entry.ownChecks];
    return {
      AggregatedStatus: aggregate(checks.map(({ check }) => check)),
      Service: agentService(entry),
      Checks: checks.map((check) => this.#agent.shape(check)),
    };
  }

  #hashed(id: string): HashedService {
    const entry = this.#agent.service(id);
    if (!entry) throw notFound(`unknown service ID: ${id}`);
    const shape = agentService(entry);
    return { ...shape, ContentHash: createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16) };
  }
}

function sendHashed(request: FastifyRequest, reply: FastifyReply, service: HashedService): void {
  reply.header('X-Consul-ContentHash', service.ContentHash);
  sendJson(request, reply, service);
}

/** What is said of an instance's health: a status and, as the client wants it, a text or JSON. */
interface Health {
  readonly code: number;
  readonly text: string;
  readonly json: unknown;
}

function sendHealth(request: FastifyRequest, reply: FastifyReply, { code, text, json }: Health): void {
  reply.header('X-Consul-Reason', headerText(text)).code(code);
  const wantsText = request.headers.accept?.startsWith('text/plain') || one(queryOf(request), 'format') === 'text';
  if (wantsText) sendText(reply, code, text);
  else sendJson(request, reply, json);
}

/** An id may be as long as a path; clients take no headers of that length. */
const MAX_REASON = 256;

/** A header's value is bytes (RFC 9110, 5.5), which Node takes as Latin-1: UTF-8 as it is, without control characters. */
function headerText(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .slice(0, MAX_REASON)
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
