import { buildQuery } from '../../conformance/dns-client.js';
import { addressOf, fill, registration } from '../fill.js';
import { HttpClient } from '../http-client.js';
import type { BenchResolver } from '../resolver.js';
import { serviceName } from './questions.js';

/** A change to the registry and the DNS record that tells whether it was made. */
export interface Change {
  readonly path: string;
  readonly body?: object;
  /** A DNS message. */
  readonly question: Buffer;
  /** A record as in a zone file, and whether it is there after the change. */
  readonly record: string;
  readonly present: boolean;
}

/** The services that are changed: nine instances of each belong to the catalog, one with a TTL check to the agent. */
export const CHANGED = { prefix: 'web', count: 1_000, instances: 9 } as const;

/** As many services of the same size that stay as they are. */
export const UNCHANGED = { prefix: 'still', count: 1_000, instances: 10 } as const;

/** Ports that instances get by turns. */
const FIRST_PORT = 10_000;
const PORTS = 50_000;

/** Requests under way at a time while the agent's services are registered. */
const CONNECTIONS = 32;

let port = Math.floor(Math.random() * PORTS);

/** Registers the services that are changed and those that are not. */
export async function fillForChanges(resolver: BenchResolver): Promise<void> {
  await fill(resolver, [CHANGED, UNCHANGED]);
  const client = new HttpClient(`http://${resolver.http.host}:${resolver.http.port}`, CONNECTIONS);
  const services = Array.from({ length: CHANGED.count }, (_, i) => i);
  await Promise.all(services.map((i) => client.put('/v1/agent/service/register', agentService(i))));
  client.close();
}

/** What is done to the `i`th service: its TTL check fails and passes again, and an instance gets another port, twice. */
export function changesTo(i: number): Change[] {
  return [flip(i, 'fail'), flip(i, 'pass'), move(i), move(i)];
}

function agentService(i: number): object {
  const Check = { TTL: '1h', Status: 'passing' };
  return { Name: nameOf(i), ID: `${nameOf(i)}-agent`, Address: agentAddress(i), Port: 8000, Check };
}

function flip(i: number, to: 'fail' | 'pass'): Change {
  const name = serviceName(nameOf(i));
  return {
    path: `/v1/agent/check/${to}/service:${nameOf(i)}-agent`,
    question: question(name, 'A'),
    record: `${name}. 0 A ${agentAddress(i)}`,
    present: to === 'pass',
  };
}

function move(i: number): Change {
  const name = serviceName(nameOf(i));
  const n = i * CHANGED.instances;
  const next = FIRST_PORT + (port++ % PORTS);
  const target = `0a${n.toString(16).padStart(6, '0')}.addr.dc1.consul.`;
  return {
    path: '/v1/catalog/register',
    body: registration(nameOf(i), 0, n, next),
    question: question(name, 'SRV'),
    record: `${name}. 0 SRV 1 1 ${next} ${target}`,
    present: true,
  };
}

function question(name: string, type: 'A' | 'SRV'): Buffer {
  return buildQuery({ name, type, edns: { size: 1232 } });
}

function nameOf(i: number): string {
  return `${CHANGED.prefix}${i}`;
}

/** Outside the network of the catalog's instances. */
function agentAddress(i: number): string {
  return addressOf(11, i);
}
