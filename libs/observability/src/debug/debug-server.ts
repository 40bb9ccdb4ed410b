import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { ownSockets, type Sockets } from '#libs/sockets';
import type { Logger } from '../log/logger.js';
import type { Exposable } from '../metrics/metrics.js';
import { refuse } from './access.js';
import { logLevelPage, metricsPage, type SetLevel } from './metrics-page.js';
import type { Page, PageAnswer } from './page.js';
import { absentProfile, PPROF, pprofPages } from './pprof-pages.js';

/** Scrapers come every 15 s to 60 s and keep their connection; nobody else has a reason to hold many. */
const LIMITS = { keepAliveTimeout: 65_000, headersTimeout: 10_000, requestTimeout: 20_000 };
const MAX_CONNECTIONS = 64;

/** The longest body is the name of a level. */
const MAX_BODY = 64;

/** Serves what operators look at, apart from the port of the program's users. */
export class DebugServer {
  readonly #log: Logger;
  readonly #token: string;
  readonly #pages: ReadonlyMap<string, Page>;
  readonly #server: Server;
  /** That it is bound to. */
  #address = '';

  /**
   * @param token for all but the metrics; empty: only this machine sees more
   * @param setLevel sets that of `log` alone by default
   */
  constructor(
    metrics: Exposable,
    log: Logger,
    token = '',
    setLevel: SetLevel = (level) => {
      log.level = level;
    },
  ) {
    const pages = [metricsPage(metrics), logLevelPage(log, setLevel), ...pprofPages()];
    this.#pages = new Map(pages.map((page) => [page.path, page]));
    this.#log = log;
    this.#token = token;
    this.#server = createServer(LIMITS, (request, response) => void this.#serve(request, response));
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
    this.#address = address;
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

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(response, await this.#answer(request, response));
    } catch (error) {
      const { method, url } = request;
      this.#log.error({ err: error, method, url }, 'a page of the debug port could not be made');
      send(response, { status: 500, body: 'internal error\n' });
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<PageAnswer> {
    const { method = '', url = '', headers } = request;
    const [path, query] = split(url);
    const page = this.#pages.get(path);
    if (!page) return notFound(path);
    if (!page.methods.includes(method)) {
      response.setHeader('Allow', page.methods.join(', '));
      return { status: 405, body: `method ${method} not allowed\n` };
    }
    const refusal = page.guarded ? refuse(headers, this.#token, this.#address) : undefined;
    if (refusal?.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    if (refusal) return { status: refusal.status, body: refusal.text };
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const body = await read(request);
    return page.answer({ method, query, accept: headers.accept, body, signal: gone.signal });
  }
}

function split(url: string): [path: string, query: URLSearchParams] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, new URLSearchParams()] : [url.slice(0, mark), new URLSearchParams(url.slice(mark))];
}

function notFound(path: string): PageAnswer {
  const text = path.startsWith(PPROF)
    ? absentProfile(path)
    : `not found: there are /metrics, /log/level and ${PPROF}\n`;
  return { status: 404, body: text };
}

/** The beginning of a body; nobody has a use for more. */
async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) if (body.length <= MAX_BODY) body += String(chunk);
  return body.slice(0, MAX_BODY);
}

function send(response: ServerResponse, { status, body, contentType = 'text/plain; charset=utf-8' }: PageAnswer): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept',
  });
  response.end(body);
}
