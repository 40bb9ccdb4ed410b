import { getJson, put } from './client.js';
import type { Known, Ledger, Stored } from './ledger.js';

/** Services that each writer looks after. */
const SERVICES = 5;
const REPORTS = { pass: 'passing', warn: 'warning', fail: 'critical' } as const;

/** One change of a service, and what it is then. */
interface Step {
  readonly path: string;
  readonly body?: unknown;
  readonly next: Known;
}

/**
 * Registers, changes and deregisters services of its own and reports on them, until the server dies or `signal` aborts. Services of
 * which the last change is unsure are left alone.
 */
export async function write(url: string, writer: number, ledger: Ledger, signal: AbortSignal): Promise<void> {
  for (let round = 1; !signal.aborted; round++) {
    const id = `w${writer}-${round % SERVICES}`;
    if (ledger.isUnsure(id)) continue;
    const { path, body, next } = stepOf(id, round, ledger.of(id));
    ledger.begin(id, next);
    try {
      const { status, text } = await put(`${url}${path}`, body);
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    } catch (error) {
      if (error instanceof TypeError) return; // fetch: the connection broke
      throw error;
    }
    ledger.acknowledge(id);
  }
}

function stepOf(id: string, round: number, before: Known): Step {
  if (before && round % 7 === 0) return { path: `/v1/agent/service/deregister/${id}`, next: null };
  if (before && round % 3 === 0) {
    const [verb, status] = Object.entries(REPORTS)[round % 4] ?? ['pass', 'passing'];
    return { path: `/v1/agent/check/${verb}/service:${id}?note=${status}`, next: { ...before, status } };
  }
  const port = (round % 60_000) + 1;
  const body = { Name: 'load', ID: id, Port: port, Check: { TTL: '1h', Status: 'passing' } };
  return { path: '/v1/agent/service/register', body, next: { port, status: before?.status ?? 'passing' } };
}

interface Entry {
  readonly Service: { readonly ID: string; readonly Port: number };
  readonly Checks: readonly { readonly CheckID: string; readonly Status: string }[];
}

/** What the registry holds of the services that `write` looks after. */
export async function readStored(url: string): Promise<Stored> {
  const entries = (await getJson(`${url}/v1/health/service/load`)) as Entry[];
  const checks = (await getJson(`${url}/v1/agent/checks`)) as Record<string, { readonly ServiceID: string }>;
  const services = new Map<string, Known>();
  const torn: string[] = [];
  for (const { Service, Checks } of entries) {
    const own = Checks.filter(({ CheckID }) => CheckID === `service:${Service.ID}`);
    services.set(Service.ID, { port: Service.Port, status: own[0]?.Status ?? 'without a check' });
    if (own.length !== 1) torn.push(`service ${Service.ID}, without its check`);
  }
  for (const [id, { ServiceID }] of Object.entries(checks)) {
    if (!services.has(ServiceID)) torn.push(`check ${id}, without its service`);
  }
  return { services, torn };
}

/** The indexes of what clients watch, by path. */
export async function readIndexes(url: string): Promise<Map<string, number>> {
  const indexes = new Map<string, number>();
  for (const path of ['/v1/health/service/load', '/v1/catalog/services', '/v1/catalog/nodes', '/v1/health/state/any']) {
    const answer = await fetch(`${url}${path}`);
    await answer.arrayBuffer();
    indexes.set(path, Number(answer.headers.get('x-consul-index')));
  }
  return indexes;
}
