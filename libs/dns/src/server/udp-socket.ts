import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sockets } from '#libs/sockets';
import type { Channel } from './counters.js';
import type { Log } from './log.js';
import type { Observer } from './observer.js';
import type { Responder } from './responder.js';

/** Octets that the kernel keeps for a process that is busy: enough for a pause of tens of milliseconds at a high rate. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

export interface UdpParts {
  readonly responder: Responder;
  readonly channels: Readonly<Record<4 | 6, Channel>>;
  readonly observer: Observer;
  readonly log: Log;
  readonly sockets: Sockets;
}

/** Answers the datagrams that come to one address. */
export class UdpSocket {
  readonly #responder: Responder;
  readonly #channel: Channel;
  readonly #observer: Observer;
  readonly #log: Log;
  readonly #family: 4 | 6;
  readonly #sockets: Sockets;
  #socket: Socket | undefined;

  constructor({ responder, channels, observer, log, sockets }: UdpParts, host: string) {
    this.#family = isIPv6(host) ? 6 : 4;
    this.#responder = responder;
    this.#channel = channels[this.#family];
    this.#observer = observer;
    this.#log = log;
    this.#sockets = sockets;
  }

  /**
   * @param port 0 takes a free one
   * @returns the port that was bound
   * @throws the error of the socket, such as EADDRINUSE
   */
  async start(host: string, port: number): Promise<number> {
    const type = this.#family === 6 ? 'udp6' : 'udp4';
    const socket = createSocket({ type, lookup: sameAddress(this.#family) });
    this.#socket = socket;
    // Before it is bound: what comes to a socket that other processes have as well would be lost.
    socket.on('message', this.#onMessage);
    await this.#sockets.bind(socket, host, port);
    socket.on('error', (error) => this.#log.warn({ err: error }, 'UDP socket error'));
    this.#enlargeBuffer(socket);
    return socket.address().port;
  }

  /** Closes the socket when the replies that the kernel has not taken yet are on their way. */
  async stop(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    while (socket.getSendQueueCount() > 0) await nextTurn();
    this.#socket = undefined;
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }

  readonly #onMessage = (query: Buffer, from: RemoteInfo): void => {
    const length = this.#responder.prepare(query, 0, query.length, this.#channel, from.address);
    // Port 0 cannot be answered; Node would throw.
    if (length === 0 || from.port === 0) return;
    const reply = Buffer.allocUnsafe(length);
    this.#responder.write(reply, 0, this.#channel);
    this.#socket?.send(reply, from.port, from.address);
    this.#observer.see?.(query, reply, 'udp', from);
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
