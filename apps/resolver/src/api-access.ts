import { lookup } from 'node:dns/promises';
import { environmentName, type Config } from '#libs/config';
import type { Logger } from '#libs/observability';
import { StartError } from '#libs/supervisor';
import type { Clock } from '#libs/time';
import { TokenFileError } from './consul/access/token-table.js';
import { Tokens } from './consul/access/tokens.js';
import { networksOf } from './consul/limits/networks.js';

const isOnLoopback = networksOf(['127.0.0.0/8', '::1']);

/**
 * Refuses to open the API to other machines while nothing guards it and nobody said that this is meant.
 *
 * @throws StartError that names both ways out
 */
export async function requireGuardedApi({ resolver }: Config): Promise<void> {
  const { http_host, tokens_file, allow_open_api } = resolver;
  if (tokens_file !== '' || allow_open_api || (await isLoopback(http_host))) return;
  throw new StartError(
    `[resolver] http_host is ${http_host}, which other machines may reach, and there are no tokens: ` +
      `name a file of tokens in ${named('tokens_file')}, or allow everybody to register and read with ${named('allow_open_api')} = true`,
  );
}

/** The tokens of the file that is configured; undefined without one. @throws StartError when it cannot be used */
export function openTokens({ resolver }: Config, log: Logger, clock: Clock): Tokens | undefined {
  const file = resolver.tokens_file;
  if (file === '') return undefined;
  try {
    return new Tokens({ file, log, clock });
  } catch (error) {
    if (!(error instanceof TokenFileError) && !(error as NodeJS.ErrnoException).syscall) throw error;
    throw new StartError(`${named('tokens_file')} is ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** A name that leads nowhere is for the listener to complain of. */
async function isLoopback(host: string): Promise<boolean> {
  const addresses = await lookup(host, { all: true }).catch(() => []);
  return addresses.every(({ address }) => isOnLoopback(address));
}

function named(key: string): string {
  return `[resolver] ${key} (${environmentName('resolver', key)})`;
}
