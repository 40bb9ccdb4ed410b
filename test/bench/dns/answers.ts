import { isDeepStrictEqual } from 'node:util';
import { askUdp } from '../../conformance/dns-client.js';
import { readReply } from '../../conformance/dns-reply.js';
import type { Subject } from '../subject.js';

/** The records of a reply, a line each in the form of a zone file (RFC 1035 section 5.1), in a fixed order. */
export interface Records {
  readonly answer: readonly string[];
  readonly additional: readonly string[];
}

const REPLY_DEADLINE_MS = 1_000;
const START_ATTEMPTS = 50;
const START_PAUSE_MS = 100;

/** A query for the root's NS records: whatever the reply, the server that sends it is up. */
const ANY_QUERY = Buffer.from('000000000001000000000000' + '00' + '0002' + '0001', 'hex');

/** What a server answers to a framed question. */
export async function recordsOf(server: Subject, question: Buffer): Promise<Records> {
  const reply = await askUdp(question.subarray(2), server, REPLY_DEADLINE_MS);
  const { answer, additional } = readReply(reply) as unknown as Partial<Records>;
  if (!answer?.length || !additional) throw new Error(`${server.name} did not answer the question of the benchmark`);
  return { answer, additional };
}

/** @throws when a peer answers with other records: its cost would not be that of the same work */
export async function requireSameRecords(servers: readonly Subject[], question: Buffer): Promise<void> {
  const [first, ...others] = servers;
  const expected = await recordsOf(first!, question);
  for (const other of others) {
    const records = await recordsOf(other, question);
    if (isDeepStrictEqual(records, expected)) continue;
    throw new Error(`${other.name} answers ${JSON.stringify(records)}, ${first!.name} ${JSON.stringify(expected)}`);
  }
}

/** Waits until a server that says nothing when it has started gives a first reply. */
export async function untilAnswered(server: Subject): Promise<void> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    if (await askUdp(ANY_QUERY, server, START_PAUSE_MS)) return;
  }
  throw new Error(`${server.name} did not start`);
}
