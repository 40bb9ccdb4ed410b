import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { DnsServer } from '#libs/dns';
import type { Probe } from '#libs/probes';

/** A query for the root's NS records, which is refused: any reply shows that the server answers (RFC 1035 section 4.1). */
const QUERY = Buffer.from('000000000001000000000000' + '00' + '0002' + '0001', 'hex');

/** Asks the server over UDP, as its clients do. */
export function dnsProbe(server: DnsServer): Probe {
  return {
    name: 'dns',
    async check(signal) {
      const { host, port } = server.address;
      const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
      try {
        const reply = once(socket, 'message', { signal });
        socket.send(QUERY, port, reachable(host));
        await reply;
      } finally {
        socket.close();
      }
    },
  };
}

/** An address that stands for all of the machine's cannot be sent to everywhere; loopback is among them. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
