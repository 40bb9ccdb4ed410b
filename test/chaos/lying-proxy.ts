import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A registry that acknowledges each third write without having made it, and passes on everything else to a real one. */
export interface LyingProxy {
  readonly url: string;
  /** Once it has lied and its lie was heard. */
  readonly lied: Promise<void>;
  stop(): Promise<void>;
}

export async function startLyingProxy(target: string): Promise<LyingProxy> {
  let writes = 0;
  const { promise: lied, resolve: haveLied } = Promise.withResolvers<void>();
  const server = createServer((client, reply) => {
    if (client.method === 'PUT' && ++writes % 3 === 0) {
      client.resume();
      reply.end(haveLied);
    } else passOn(target, client, reply);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lied,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn(target: string, client: IncomingMessage, reply: ServerResponse): void {
  const upstream = request(new URL(client.url!, target), { method: client.method, headers: client.headers });
  upstream.on('response', (answer) => {
    reply.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(reply);
    answer.on('error', () => reply.destroy());
  });
  upstream.on('error', () => reply.destroy());
  client.pipe(upstream);
}
