import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '#libs/time';
import type { Log } from './log.js';
import type { Responder } from './responder.js';
import { TcpConnection } from './tcp-connection.js';
import type { TcpLimits } from './tcp-limits.js';

/** Milliseconds between two looks at the deadlines: one timer for all connections instead of one set anew with each message. */
const SWEEP_INTERVAL = 250;

export interface TcpServerOptions {
  readonly responder: Responder;
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly log: Log;
}

/** Accepts TCP clients within the limits and cuts off those past their deadline. */
export class TcpServer {
  readonly #options: TcpServerOptions;
  readonly #connections = new Set<TcpConnection>();
  readonly #byAddress = new Map<string, number>();
  #server: Server | undefined;
  #sweep: Timer | undefined;

  constructor(options: TcpServerOptions) {
    this.#options = options;
  }

  /** @throws the error of the socket, such as EADDRINUSE */
  async start(host: string, port: number): Promise<void> {
    // Half-open: a client may end its side after its last question and still read the answers (RFC 7766 section 6.2.3).
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    server.listen({ host, port });
    await once(server, 'listening');
    server.on('error', (error) => this.#options.log.warn({ err: error }, 'TCP listener error'));
    this.#server = server;
    this.#sweep = this.#options.clock.every(SWEEP_INTERVAL, () => this.#cutOffLate());
  }

  /** Takes no new clients, answers what has come from the present ones and ends them. Resolves when all are gone. */
  async drain(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const closed = server.listening ? once(server, 'close') : undefined;
    if (server.listening) server.close();
    for (const connection of this.#connections) connection.drain();
    await closed;
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    await this.drain();
    this.#sweep?.cancel();
    this.#server = undefined;
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress;
    // Gone before it was accepted, or one too many: other clients and UDP must not suffer.
    if (address === undefined || !this.#admits(address)) {
      socket.destroy();
      return;
    }
    const { responder, limits, clock } = this.#options;
    const connection = new TcpConnection(socket, responder, limits, clock);
    this.#connections.add(connection);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    socket.once('close', () => this.#forget(connection, address));
  }

  #admits(address: string): boolean {
    const { connections, connectionsPerAddress } = this.#options.limits;
    return this.#connections.size < connections && (this.#byAddress.get(address) ?? 0) < connectionsPerAddress;
  }

  #forget(connection: TcpConnection, address: string): void {
    this.#connections.delete(connection);
    const others = this.#byAddress.get(address)! - 1;
    if (others > 0) this.#byAddress.set(address, others);
    else this.#byAddress.delete(address);
  }

  #cutOffLate(): void {
    const now = this.#options.clock.monotonic();
    for (const connection of this.#connections) if (connection.deadline <= now) connection.destroy();
  }
}
