import { measure } from './measure.js';
import { startResolver } from './resolver.js';
import { runLoad, startServer, subject, type Subject } from './subject.js';

/** Questions under way at a time: enough to keep a server busy, few enough for its receive buffer. */
const WINDOW = 64;

const TYPE = { A: 1, SRV: 33 } as const;

/** CPU time for an SRV and an A answer of three instances, beside a UDP echo on the same Node. */
export async function benchDns(): Promise<void> {
  const { ready, child } = await startServer('./peers/udp-echo.js');
  const echo = subject('dgram echo', ready.endpoints['dns']!, child);
  const resolver = await startResolver(3);
  try {
    for (const type of ['SRV', 'A'] as const) {
      const question = buildQuestion('web.service.consul', TYPE[type]).toString('hex');
      const load = (one: Subject, ms: number) => runLoad('./load/udp.js', [one.host, one.port, ms, WINDOW, question]);
      await measure(`DNS over UDP: ${type}, 3 instances, EDNS`, [echo, resolver.dns], load);
    }
  } finally {
    echo.stop();
    resolver.stop();
  }
}

/** A question with RD and an OPT record of 1232 octets (RFC 1035 section 4, RFC 6891 section 6.1). */
function buildQuestion(name: string, type: number): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  const header = [0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1];
  const opt = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];
  return Buffer.from([...header, ...labels, 0, 0, type, 0, 1, ...opt]);
}
