import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Where servers get what they listen on. All methods reject with the error of the socket, such as EADDRINUSE. */
export interface Sockets {
  /**
   * Looks whether a TCP port can be listened on, before anything else is opened: a program that is started twice should hear of the port,
   * not of what its twin holds besides. Listening may still fail later.
   *
   * @param port 0 is always free
   */
  reserve(host: string, port: number): Promise<void>;
  /** Lets a TCP server listen. @param port 0 takes a free one */
  listen(server: Server, host: string, port: number): Promise<void>;
  /** Binds a UDP socket, which has its listeners by then: what comes from now on may be meant for it alone. @param port 0 takes a free one */
  bind(socket: Socket, host: string, port: number): Promise<void>;
}

/** Sockets that this process opens, and that are closed with it. */
export const ownSockets: Sockets = {
  async reserve(host, port) {
    if (port === 0) return;
    const server = createServer();
    try {
      await ownSockets.listen(server, host, port);
    } finally {
      server.close();
    }
  },
  async listen(server, host, port) {
    const listening = once(server, 'listening');
    server.listen({ host, port });
    await listening;
  },
  async bind(socket, host, port) {
    // With a lookup that answers at once the event comes before `bind` returns.
    const listening = once(socket, 'listening');
    socket.bind({ address: host, port });
    await listening;
  },
};
