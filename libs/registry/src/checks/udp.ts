import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { UdpProbe } from './probe.js';
import { formatTarget, guardedLookup, refuseForbidden } from './target.js';
import type { Verdict } from './verdict.js';

/** Sends an empty datagram. Many UDP services answer nothing to that, so silence until the time-out passes. */
export async function runUdp({ target }: UdpProbe, signal: AbortSignal): Promise<Verdict> {
  refuseForbidden(target.host);
  const socket = createSocket({ type: isIPv6(target.host) ? 'udp6' : 'udp4', lookup: lookupOne });
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve());
      socket.once('message', () => resolve());
      socket.once('error', reject); // ICMP "port unreachable" arrives as ECONNREFUSED on a connected socket
      socket.connect(target.port, target.host, () => socket.send(''));
    });
  } finally {
    socket.close();
  }
  return { status: 'passing', output: `UDP connect ${formatTarget(target)}: Success` };
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/** A datagram socket wants one address. */
function lookupOne(hostname: string, options: object, callback: LookupCallback): void {
  guardedLookup(hostname, { ...options, all: false }, (error, address, family) => {
    callback(error, typeof address === 'string' ? address : '', family ?? 0);
  });
}
