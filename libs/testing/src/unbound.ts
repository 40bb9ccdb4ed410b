import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from './temp-folder.js';

/** A real recursive resolver that asks another server for one zone, until `stop`. */
export interface Unbound {
  /** `127.0.0.1:5353` */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Starts Debian's unbound on a free port of the loopback interface, as strict as it can be: names are asked label by label
 * (RFC 9156, and NXDOMAIN ends the search), in letters of random case, and what does not echo them is no answer.
 *
 * @param zone the zone that `server` (`127.0.0.1:8600`) answers for
 */
export async function startUnbound(zone: string, server: string): Promise<Unbound> {
  const folder = tempFolder();
  const port = await freePort();
  writeFileSync(join(folder.path, 'unbound.conf'), configuration(folder.path, port, zone, server));
  const child = spawn('unbound', ['-d', '-p', '-c', join(folder.path, 'unbound.conf')], {
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await started(child);
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      folder.remove();
    },
  };
}

function configuration(folder: string, port: number, zone: string, server: string): string {
  return `server:
  interface: 127.0.0.1
  port: ${port}
  chroot: ""
  directory: "${folder}"
  username: ""
  use-syslog: no
  verbosity: 1
  num-threads: 1
  do-not-query-localhost: no
  qname-minimisation: yes
  qname-minimisation-strict: yes
  use-caps-for-id: yes
  module-config: "iterator"
  local-zone: "${zone}." nodefault
stub-zone:
  name: "${zone}"
  stub-addr: ${server.replace(':', '@')}
remote-control:
  control-enable: no
`;
}

/** Waits for the line in which unbound says that it serves. */
async function started(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('start of service')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`unbound ended with ${code}:\n${output}`)));
  });
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => void socket.close(resolve));
  return port;
}
