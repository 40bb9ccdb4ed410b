import { measure } from '../measure.js';
import { startResolver } from '../resolver.js';
import type { Subject } from '../subject.js';
import { recordsOf, requireSameRecords } from './answers.js';
import { describeLoad, recordedLoad } from './load.js';
import { startPeers, startUdpEcho } from './peers.js';
import { frameQuestion, serviceName, type QuestionType } from './questions.js';

const NAME = serviceName('web');
const TYPES: readonly QuestionType[] = ['SRV', 'A'];

/** CPU time for an SRV and an A answer of three instances, beside a UDP echo on the same Node and servers of others. */
export async function benchUdp(): Promise<void> {
  const resolver = await startResolver(3);
  const echo = await startUdpEcho();
  const peers: Subject[] = [];
  try {
    peers.push(...(await startPeers(await zoneOf(resolver.dns))));
    for (const type of TYPES) {
      const question = frameQuestion(NAME, type);
      await requireSameRecords([resolver.dns, ...peers], question);
      const { load, reports } = recordedLoad(() => question);
      await measure(`DNS over UDP: ${type}, 3 instances, EDNS`, [echo, resolver.dns, ...peers], load);
      console.log(describeLoad(reports));
    }
  } finally {
    for (const one of [echo, resolver, ...peers]) one.stop();
  }
}

/** A zone file with the records that the resolver answers, and those that every zone must have. */
async function zoneOf(resolver: Subject): Promise<string> {
  const lines = new Set(['consul. 0 SOA ns.consul. hostmaster.consul. 1 3600 600 86400 0', 'consul. 0 NS ns.consul.']);
  for (const type of TYPES) {
    const { answer, additional } = await recordsOf(resolver, frameQuestion(NAME, type));
    for (const record of [...answer, ...additional]) lines.add(record);
  }
  return `${[...lines].join('\n')}\n`;
}
