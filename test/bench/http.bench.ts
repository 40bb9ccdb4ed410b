import { measure } from './measure.js';
import { startResolver } from './resolver.js';
import { runLoad, startServer, subject, type Subject } from './subject.js';

const CONNECTIONS = 64;
const PATH = '/v1/health/service/web?passing';

/** CPU time for the health of a service of three instances, beside a bare Fastify route that sends the same bytes. */
export async function benchHttp(): Promise<void> {
  const resolver = await startResolver(3);
  const body = await (await fetch(`http://${resolver.http.host}:${resolver.http.port}${PATH}`)).text();
  const { ready, child } = await startServer('./peers/http-buffer.js', {}, [body]);
  const fastify = subject('bare Fastify, same bytes', ready.endpoints['http']!, child);
  try {
    const load = (one: Subject, ms: number) => runLoad('./load/http.js', [one.host, one.port, ms, CONNECTIONS, PATH]);
    await measure(`HTTP: ${PATH}, 3 instances, ${body.length} octets`, [fastify, resolver.http], load);
  } finally {
    fastify.stop();
    resolver.stop();
  }
}
