import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { ownSockets, type Sockets } from '#libs/sockets';
import { expose } from './metrics/exposition.js';
import type { Metrics } from './metrics/metrics.js';
import type { Logger } from './logger.js';

/** Scrapers come every 15 s to 60 s and keep their connection; nobody else has a reason to hold many. */
const LIMITS = { keepAliveTimeout: 65_000, headersTimeout: 10_000, requestTimeout: 20_000 };
const MAX_CONNECTIONS = 64;

const ALLOWED = ['GET', 'HEAD'];

/** Serves what operators look at, apart from the port of the program's users: `GET /metrics`. */
export class DebugServer {
  readonly #metrics: Metrics;
  readonly #log: Logger;
  readonly #server: Server;

  constructor(metrics: Metrics, log: Logger) {
    this.#metrics = metrics;
    this.#log = log;
    this.#server = createServer(LIMITS, (request, response) => void this.#answer(request, response));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /**
   * @param port 0 takes a free one
   * @returns where it listens: `http://127.0.0.1:6060`
   * @throws the error of the socket, such as EADDRINUSE
   */
  async start(host: string, port: number, sockets: Sockets = ownSockets): Promise<string> {
    await sockets.listen(this.#server, host, port);
    const { address, family, port: bound } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
  }

  /** Leaves new clients to other processes, which have the same port. */
  drain(): void {
    // The listener alone: the close of http.Server would end connections that seem idle.
    NetServer.prototype.close.call(this.#server);
  }

  /** Cuts off who is still reading. */
  async stop(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer({ method = '', url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url.split('?', 1)[0] !== '/metrics') return send(response, 404, 'not found: the metrics are at /metrics\n');
    if (!ALLOWED.includes(method)) {
      response.setHeader('Allow', ALLOWED.join(', '));
      return send(response, 405, `method ${method} not allowed\n`);
    }
    try {
      const { contentType, body } = await expose(this.#metrics, headers.accept);
      send(response, 200, body, contentType);
    } catch (error) {
      this.#log.error({ err: error }, 'the metrics could not be read');
      send(response, 500, 'internal error\n');
    }
  }
}

function send(response: ServerResponse, status: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept',
  });
  response.end(body);
}
