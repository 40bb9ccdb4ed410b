import * as dnsPacket from 'dns-packet';

/** A reply in the form of the recorded expectations. */
export type Reply = Readonly<Record<string, unknown>>;

/** What dns-packet gives that its types do not tell. */
type Decoded = dnsPacket.DecodedPacket & { readonly flag_z: boolean; readonly rcode: string };

/** Parses a reply with dns-packet, which shares no code with the server. */
export function readReply(bytes: Buffer | undefined): Reply {
  if (!bytes) return { rcode: 'NO REPLY' };
  const message = dnsPacket.decode(bytes) as Decoded;
  const opt = message.additionals?.find((record) => record.type === 'OPT');
  return {
    id: bytes.readUInt16BE(0),
    opcode: (bytes[2]! >> 3) & 15,
    rcode: rcodeOf(message.rcode, opt),
    aa: message.flag_aa,
    tc: message.flag_tc,
    rd: message.flag_rd,
    ra: message.flag_ra,
    z: (bytes[3]! & 0x40) !== 0,
    question: (message.questions ?? []).map(({ name, type }) => `${dotted(name)} ${type}`),
    answer: section(message.answers),
    authority: section(message.authorities),
    additional: section(message.additionals).filter(isExpected),
    edns: opt ? ednsOf(opt) : null,
    size: bytes.length,
    trailing: bytes.length - dnsPacket.decode.bytes,
  };
}

/** The upper bits of a response code stand in the OPT record (RFC 6891 section 6.1.3). */
function rcodeOf(low: string, opt: dnsPacket.OptAnswer | undefined): string {
  return opt && opt.extendedRcode > 0 ? (opt.extendedRcode === 1 && low === 'NOERROR' ? 'BADVERS' : 'other') : low;
}

function ednsOf(opt: dnsPacket.OptAnswer): Reply {
  const options = opt.options as unknown as readonly { code: number; data: Buffer }[];
  return {
    version: opt.ednsVersion,
    size: opt.udpPayloadSize,
    do: opt.flag_do,
    flags: opt.flags & 0x7fff,
    options: options.map(({ code, data }) => [code, data.toString('hex')]),
  };
}

function section(records: readonly dnsPacket.Answer[] | undefined): string[] {
  return (records ?? [])
    .filter((record) => record.type !== 'OPT')
    .map((record) => `${dotted(record.name)} ${ttlOf(record)} ${record.type} ${dataOf(record)}`)
    .sort();
}

function ttlOf(record: dnsPacket.Answer): number {
  return 'ttl' in record ? (record.ttl ?? 0) : 0;
}

function dataOf(record: dnsPacket.Answer): string {
  if (record.type === 'SRV') {
    const { priority, weight, port, target } = record.data;
    return `${priority} ${weight} ${port} ${dotted(target)}`;
  }
  if (record.type === 'SOA') {
    const { mname, rname, refresh, retry, expire, minimum } = record.data;
    return `${dotted(mname)} ${dotted(rname)} * ${refresh} ${retry} ${expire} ${minimum}`;
  }
  if (record.type === 'TXT') {
    return (record.data as Buffer[]).map((string) => JSON.stringify(string.toString('utf8'))).join(' ');
  }
  if (record.type === 'CNAME' || record.type === 'NS' || record.type === 'PTR') return dotted(record.data);
  return 'data' in record && typeof record.data === 'string' ? record.data : '';
}

/** The metadata of the server's own node is no part of the recorded state. */
function isExpected(record: string): boolean {
  return !/^node1\.node\.\S+ \d+ TXT /i.test(record);
}

function dotted(name: string): string {
  return name === '.' || name === '' ? '.' : `${name}.`;
}
