import type { Section } from '#libs/config';
import type { Sockets } from '#libs/sockets';
import { listenError } from './start-error.js';

/** Looks whether a TCP port can be listened on, as `Sockets.reserve` does. @throws StartError that names the setting, as `listenError` does */
export async function requireFreePort(
  sockets: Sockets,
  host: string,
  port: number,
  section: Section,
  key: string,
): Promise<void> {
  try {
    await sockets.reserve(host, port);
  } catch (error) {
    throw listenError(error, section, key, port);
  }
}
