import { measure } from '../measure.js';
import { startResolver } from '../resolver.js';
import { runLoad, startServer, subject, type Subject } from '../subject.js';

const CLIENTS = 50;

/** Durable registrations, beside a bare Fastify route that stores the same JSON in SQLite. */
export async function benchRegistrations(): Promise<void> {
  await benchFamily('catalog', '/v1/catalog/register');
  await benchFamily('agent', '/v1/agent/service/register with a check');
}

async function benchFamily(family: string, title: string): Promise<void> {
  const resolver = await startResolver(0);
  const { ready, child } = await startServer('./peers/insert.js');
  const peer = subject('bare Fastify and SQLite', ready.endpoints['http']!, child);
  try {
    const load = (one: Subject, ms: number) => runLoad('./load/register.js', [one.host, one.port, ms, CLIENTS, family]);
    await measure(`Durable registrations: ${title}, ${CLIENTS} clients`, [peer, resolver.http], load);
  } finally {
    peer.stop();
    resolver.stop();
  }
}
