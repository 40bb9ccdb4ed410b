import { expect, it } from 'vitest';
import { queryOctets } from './queries.js';
import { judge } from './reply-judge.js';
import { startResponder } from './responder.js';

const QUERY = queryOctets('web.service.consul', 'A');
const REPLY = startResponder().respond(QUERY, 'udp')!;

/** The reply with one octet changed. */
function changed(at: number, octet: number): Buffer {
  const copy = Buffer.from(REPLY);
  copy[at] = octet;
  return copy;
}

it('finds nothing wrong with a right reply', () => {
  expect(judge(QUERY, REPLY, 'udp')).toBeUndefined();
  expect(judge(REPLY, undefined, 'udp')).toBeUndefined();
});

it.each([
  ['no reply', undefined],
  ['another ID', changed(1, 0xff)],
  ['no QR', changed(2, 0x04)],
  ['another opcode', changed(2, 0x8c)],
  ['RD that was not asked for', changed(2, 0x85)],
  ['RA, Z, AD or CD', changed(3, 0x43)],
  ['more than one question', changed(5, 2)],
  ['octets behind the last record', Buffer.concat([REPLY, Buffer.from('x')])],
  ['TC over TCP', changed(2, 0x86)],
])('finds %s', (why, reply) => {
  expect(judge(QUERY, reply, 'tcp')).toBe(why);
});

it('finds a record cut off, and too many octets', () => {
  expect(() => judge(QUERY, REPLY.subarray(0, -1), 'udp')).toThrow();
  expect(judge(REPLY, QUERY, 'udp')).toBe('a reply to what must not be answered');
});
