import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
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
}

/** Answers the datagrams that come to one address. */
export class UdpSocket {
  readonly #responder: Responder;
  readonly #channel: Channel;
  readonly #observer: Observer;
  readonly #log: Log;
  readonly #family: 4 | 6;
  #socket: Socket | undefined;

  constructor({ responder, channels, observer, log }: UdpParts, host: string) {
    this.#family = isIPv6(host) ? 6 : 4;
    this.#responder = responder;
    this.#channel = channels[this.#family];
    this.#observer = observer;
    this.#log = log;
  }

  /**
   * @param port 0 takes a free one
   * @returns the port that was bound
   * @throws the error of the socket, such as EADDRINUSE
   */
  async start(host: string, port: number): Promise<number> {
    const type = this.#family === 6 ? 'udp6' : 'udp4';
    const socket = createSocket({ type, lookup: sameAddress(this.#family) });
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
