import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Sockets } from '#libs/sockets';
import type { Timer } from '#libs/time';
import type { Log } from './log.js';
import { Batch } from './batch.js';
import { TcpConnection, type TcpParts } from './tcp-connection.js';

/** Milliseconds between two looks at the deadlines: one timer for all connections instead of one set anew with each message. */
const SWEEP_INTERVAL = 250;

/** The share of all connections from which on idle ones must go sooner. */
const CROWDED = 0.75;

export interface TcpServerOptions extends Omit<TcpParts, 'batch'> {
  readonly log: Log;
  readonly sockets: Sockets;
}

/** Accepts TCP clients within the limits and cuts off those past their deadline. */
export class TcpServer {
  readonly #options: TcpServerOptions;
  readonly #batch = new Batch();
  readonly #connections = new Set<TcpConnection>();
  readonly #byAddress = new Map<string, number>();
  #server: Server | undefined;
  #sweep: Timer | undefined;
  #rejected = 0;

  constructor(options: TcpServerOptions) {
    this.#options = options;
  }

  /** Connections that are open, and how many were turned away so far. */
  get counters(): { readonly connections: number; readonly rejected: number } {
    return { connections: this.#connections.size, rejected: this.#rejected };
  }

  /** @throws the error of the socket, such as EADDRINUSE */
  async start(host: string, port: number): Promise<void> {
    // Half-open: a client may end its side after its last question and still read the answers (RFC 7766 section 6.2.3).
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    await this.#options.sockets.listen(server, host, port);
    server.on('error', (error) => this.#options.log.warn({ err: error }, 'TCP listener error'));
    this.#server = server;
    // Not at once: after a time in which this process was held up, what came meanwhile is read before anybody is late.
    this.#sweep = this.#options.clock.every(SWEEP_INTERVAL, () => setImmediate(() => this.#cutOffLate()));
  }

  /**
   * Takes no new clients, and leaves the present ones alone for as long as one that asks nothing may stay; those that then still ask are
   * ended with their next answer, when nothing of theirs is on its way. Resolves when all are gone.
   */
  async handOver(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const { clock, limits } = this.#options;
    const closed = once(server, 'close');
    server.close();
    const end = clock.after(limits.idleTimeout, () => {
      for (const connection of this.#connections) connection.leave();
    });
    await closed;
    end.cancel();
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
    const { remoteAddress: address, remotePort: port } = socket;
    // Gone before it was accepted, or one too many: other clients and UDP must not suffer.
    if (address === undefined || port === undefined || !this.#admits(address)) {
      this.#rejected++;
      socket.destroy();
      return;
    }
    const connection = new TcpConnection(socket, { address, port }, { ...this.#options, batch: this.#batch });
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
    const { limits, clock } = this.#options;
    const now = clock.monotonic();
    const crowded = this.#connections.size >= CROWDED * limits.connections;
    for (const connection of this.#connections) if (connection.isLate(now, crowded)) connection.destroy();
  }
}
