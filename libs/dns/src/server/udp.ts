import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Log } from './log.js';
import type { Responder } from './responder.js';

/** Octets that the kernel keeps for a process that is busy: enough for a pause of tens of milliseconds at a high rate. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** Answers datagrams on one UDP socket. */
export class UdpServer {
  readonly #responder: Responder;
  readonly #log: Log;
  #socket: Socket | undefined;

  constructor(responder: Responder, log: Log) {
    this.#responder = responder;
    this.#log = log;
  }

  /**
   * @returns the port that was bound
   * @throws the error of the socket, such as EADDRINUSE
   */
  async start(host: string, port: number): Promise<number> {
    const [type, family] = isIPv6(host) ? (['udp6', 6] as const) : (['udp4', 4] as const);
    const socket = createSocket({ type, lookup: sameAddress(family) });
    // With a lookup that answers at once the event comes before `bind` returns.
    const listening = once(socket, 'listening');
    socket.bind({ address: host, port, exclusive: false });
    await listening;
    socket.on('error', (error) => this.#log.warn({ err: error }, 'UDP socket error'));
    socket.on('message', this.#onMessage);
    this.#enlargeBuffer(socket);
    this.#socket = socket;
    return socket.address().port;
  }

  async stop(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }

  readonly #onMessage = (bytes: Buffer, from: RemoteInfo): void => {
    const reply = this.#responder.respond(bytes, 'udp');
    // Port 0 cannot be answered; Node would throw.
    if (reply && from.port > 0) this.#socket?.send(reply, from.port, from.address);
  };

  #enlargeBuffer(socket: Socket): void {
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER);
    } catch (error) {
      this.#log.warn({ err: error }, 'the UDP receive buffer could not be enlarged');
    }
  }
}

/**
 * A lookup that gives back the address at once: what is answered is always an address, and a real lookup on the way of each reply would cost more
 * than the reply.
 */
function sameAddress(family: 4 | 6): SocketOptions['lookup'] {
  return (address, _, callback) => callback(null, address, family);
}
