import { environmentName, type Section } from '#libs/config';

/** Why a program did not start, in a sentence for the person who started it: printed alone, without a stack. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

const CAUSES: Record<string, string> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'may not be opened by this user',
  EADDRNOTAVAIL: 'cannot be opened: the host is no address of this machine',
  ENOTFOUND: 'cannot be opened: the host name is not known',
};

/**
 * Names the port that could not be listened on, the setting that changes it and its environment variable.
 *
 * @returns a StartError for the errors that a setting mends, else the error as it is
 */
export function listenError(error: unknown, section: Section, key: string, port: number): unknown {
  const cause = CAUSES[(error as NodeJS.ErrnoException)?.code ?? ''];
  if (!cause) return error;
  const message = `port ${port} ${cause}: set [${section}] ${key} or ${environmentName(section, key)} to another one`;
  return new StartError(message, { cause: error });
}

/**
 * Names the file or folder that could not be used, and the setting that says where it is.
 *
 * @returns a StartError for an error of the file system, else the error as it is
 */
export function storageError(error: unknown, section: Section, key: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new StartError(`${error.message}: see [${section}] ${key} or ${environmentName(section, key)}`, {
    cause: error,
  });
}
