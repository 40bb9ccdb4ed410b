import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What of a Nest application is needed to listen and to drain. */
export interface HttpApplication {
  listen(options: { host: string; port: number }): Promise<unknown>;
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
export async function listen(app: HttpApplication, host: string, port: number): Promise<Listening> {
  await app.listen({ host, port });
  const { address, port: bound, family } = app.getHttpServer().address() as AddressInfo;
  const reachable = isUnspecified(address) ? (family === 'IPv6' ? '::1' : '127.0.0.1') : address;
  return { address, port: bound, url: `http://${family === 'IPv6' ? `[${reachable}]` : reachable}:${bound}` };
}

/** Whether an address stands for all of the machine's. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/**
 * Drains a server: takes no new connection, closes idle ones, lets the requests that are under way finish, then closes the
 * application. What is not finished after `deadlineMs` milliseconds is cut off.
 */
export async function drain(app: HttpApplication, deadlineMs: number): Promise<void> {
  const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), deadlineMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}
