import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Section } from '#libs/config';
import { listenError } from './start-error.js';

/**
 * Looks whether a TCP port can be listened on, before anything else is opened: a program that is started twice should hear
 * of the port, not of what its twin holds besides. Nothing is reserved; listening may still fail later.
 *
 * @param port 0 is always free
 * @throws StartError that names the setting, as `listenError` does
 */
export async function requireFreePort(host: string, port: number, section: Section, key: string): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen({ host, port });
    await listening;
  } catch (error) {
    throw listenError(error, section, key, port);
  } finally {
    server.close();
  }
}
