import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ownSockets, type Sockets } from '#libs/sockets';

/** What of a Nest application on Fastify is needed to listen and to stop. */
export interface HttpApplication {
  init(): Promise<unknown>;
  getHttpAdapter(): { getInstance(): { ready(): unknown } };
  close(): Promise<void>;
  getHttpServer(): Server;
}

/** Where a server listens. */
export interface Listening {
  /** The address that it is bound to: an IP address, also when a name was asked for. */
  readonly address: string;
  readonly port: number;
  /** The URL for somebody on this machine. */
  readonly url: string;
}

/**
 * Starts to listen.
 *
 * @param port 0 takes a free one
 * @throws the error of the socket (EADDRINUSE, ...) as it is
 */
export async function listen(
  app: HttpApplication,
  host: string,
  port: number,
  sockets: Sockets = ownSockets,
): Promise<Listening> {
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await sockets.listen(app.getHttpServer(), host, port);
  const { address, port: bound, family } = app.getHttpServer().address() as AddressInfo;
  const reachable = isUnspecified(address) ? (family === 'IPv6' ? '::1' : '127.0.0.1') : address;
  return { address, port: bound, url: `http://${family === 'IPv6' ? `[${reachable}]` : reachable}:${bound}` };
}

/** Whether an address stands for all of the machine's. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/**
 * Stops a server: takes no new connection, closes idle ones, lets the requests that are under way finish, then closes the
 * application. What is not finished after `deadlineMs` milliseconds is cut off.
 */
export async function closeWithin(app: HttpApplication, deadlineMs: number): Promise<void> {
  const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), deadlineMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}
