import * as dnsPacket from 'dns-packet';
import dns2 from 'dns2';

/** What is wrong with a reply to a query, whatever the query was; undefined when nothing is. */
export function judge(query: Buffer, reply: Buffer | undefined, transport: 'udp' | 'tcp'): string | undefined {
  if (!reply) return isUnanswerable(query) ? undefined : 'no reply';
  if (isUnanswerable(query)) return 'a reply to what must not be answered';
  return wrongHeader(query, reply, transport) ?? wrongForm(reply) ?? wrongSize(reply, transport);
}

/** Less than a header, or itself a reply. */
function isUnanswerable(query: Buffer): boolean {
  return query.length < 12 || (query[2]! & 0x80) !== 0;
}

function wrongHeader(query: Buffer, reply: Buffer, transport: 'udp' | 'tcp'): string | undefined {
  if (reply.readUInt16BE(0) !== query.readUInt16BE(0)) return 'another ID';
  if ((reply[2]! & 0x80) === 0) return 'no QR';
  if ((reply[2]! & 0x78) !== (query[2]! & 0x78)) return 'another opcode';
  if ((reply[2]! & 0x01) > (query[2]! & 0x01)) return 'RD that was not asked for';
  if ((reply[3]! & 0xf0) !== 0) return 'RA, Z, AD or CD';
  if (transport === 'tcp' && (reply[2]! & 0x02) !== 0) return 'TC over TCP';
  return reply.readUInt16BE(4) > 1 ? 'more than one question' : undefined;
}

function wrongForm(reply: Buffer): string | undefined {
  dnsPacket.decode(reply);
  if (dnsPacket.decode.bytes !== reply.length) return 'octets behind the last record';
  const { errors } = dns2.Packet.parse(reply) as unknown as { errors: Error[] };
  return errors.length > 0 ? `dns2: ${errors[0]!.message}` : undefined;
}

function wrongSize(reply: Buffer, transport: 'udp' | 'tcp'): string | undefined {
  if (transport === 'udp' && reply.length > 1_232) return `${reply.length} octets`;
  const hasOpt = reply.readUInt16BE(10) > 0 && reply.includes(Buffer.from('000029', 'hex'));
  if (transport === 'udp' && !hasOpt && reply.length > 512) return `${reply.length} octets without EDNS`;
  return undefined;
}
