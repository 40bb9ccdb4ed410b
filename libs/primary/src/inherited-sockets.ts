import { adopt } from './handles.js';

/** A socket that whoever started this process has bound for it. */
export type InheritedSocket = ReturnType<typeof adopt>;

/** The descriptor of the first one. */
const FIRST = 3;

/**
 * The sockets that a service manager has bound, such as systemd for a unit with a `.socket` beside it: as many descriptors as
 * `LISTEN_FDS` says, if `LISTEN_PID` is this process (sd_listen_fds(3)). The variables are taken out of `env`: they are not for workers.
 *
 * @throws Error when `LISTEN_FDS` is no number of descriptors, or one is no socket of TCP or UDP
 */
export function inheritedSockets(env: NodeJS.ProcessEnv): InheritedSocket[] {
  const { LISTEN_PID: pid, LISTEN_FDS: count = '' } = env;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name];
  if (Number(pid) !== process.pid) return [];
  if (!/^\d{1,4}$/.test(count))
    throw new Error(`LISTEN_FDS is ${JSON.stringify(count)}, expected a number of descriptors`);
  return Array.from({ length: Number(count) }, (_, n) => adopt(FIRST + n));
}
