import type { Config } from '#libs/config';
import { DebugServer, type Exposable, type Logger, type SetLevel } from '#libs/observability';
import type { Sockets } from '#libs/sockets';
import { listenError } from './start-error.js';

/** The key of `[debug]` that holds a program's port. */
export type DebugPort = Exclude<keyof Config['debug'], 'host' | 'token'>;

/** Where a program shows its metrics, or why it does not. */
export interface Debug {
  /** `{ debug: 'http://127.0.0.1:6060' }`, or nothing when the port could not be opened. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** What the user should know and mend. */
  readonly problem?: string;
  /** Leaves new clients to other workers. */
  drain(): void;
  stop(): Promise<void>;
}

export interface DebugParts {
  /** Of all workers. */
  readonly metrics: Exposable;
  readonly log: Logger;
  /** Of all processes of the program. */
  readonly setLevel: SetLevel;
  readonly sockets: Sockets;
}

/** Opens the port for metrics. A program that cannot have it runs nevertheless: several of one kind may share a machine. */
export async function startDebug({ debug }: Config, key: DebugPort, parts: DebugParts): Promise<Debug> {
  const { metrics, log, setLevel, sockets } = parts;
  const server = new DebugServer(metrics, log, debug.token, setLevel);
  try {
    const url = await server.start(debug.host, debug[key], sockets);
    return { endpoints: { debug: url }, drain: () => server.drain(), stop: () => server.stop() };
  } catch (error) {
    const { message } = listenError(error, 'debug', key, debug[key]) as Error;
    return { endpoints: {}, problem: message, drain: () => {}, stop: () => Promise.resolve() };
  }
}
