import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';

export interface DnsAddress {
  readonly host: string;
  readonly port: number;
}

/** A question as the recorded suites write it; `raw` is a whole message in hexadecimal instead. */
export interface DnsQuestion {
  readonly raw?: string;
  readonly name: string;
  /** A name or a number. */
  readonly type: string | number;
  readonly class?: number;
  readonly id?: number;
  readonly rd?: boolean;
  readonly edns?: {
    readonly size?: number;
    readonly version?: number;
    readonly do?: boolean;
    readonly flags?: number;
    /** Codes with data in hexadecimal. */
    readonly options?: readonly (readonly [number, string])[];
  };
}

const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
};

/** Builds a query by code of its own, so that a mistake of the server's codec shows. */
export function buildQuery(question: DnsQuestion): Buffer {
  if (question.raw !== undefined) return Buffer.from(question.raw, 'hex');
  const { name, type, edns } = question;
  const head = Buffer.alloc(12);
  head.writeUInt16BE(question.id ?? Math.floor(Math.random() * 65_536), 0);
  head.writeUInt16BE((question.rd ?? true) ? 0x0100 : 0, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(edns ? 1 : 0, 10);
  const labels = name.split('.').filter((label) => label !== '');
  const owner = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  const tail = words(typeof type === 'number' ? type : TYPES[type]!, question.class ?? 1);
  return Buffer.concat([head, ...owner, Buffer.from([0]), tail, ...(edns ? [buildOpt(edns)] : [])]);
}

function buildOpt(edns: NonNullable<DnsQuestion['edns']>): Buffer {
  const options = (edns.options ?? []).map(([code, hex]) => {
    const data = Buffer.from(hex, 'hex');
    return Buffer.concat([words(code, data.length), data]);
  });
  const data = Buffer.concat(options);
  const flags = (edns.do ? 0x8000 : 0) | (edns.flags ?? 0);
  const fixed = words(41, edns.size ?? 1232, edns.version ?? 0, flags, data.length);
  return Buffer.concat([Buffer.from([0]), fixed, data]);
}

function words(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
}

/** Sends a datagram and gives the reply, or undefined when none came in `ms` milliseconds. */
export async function askUdp(query: Buffer, { host, port }: DnsAddress, ms: number): Promise<Buffer | undefined> {
  const socket = createSocket('udp4');
  try {
    const reply = once(socket, 'message', { signal: AbortSignal.timeout(ms) });
    socket.send(query, port, host);
    return ((await reply) as [Buffer])[0];
  } catch (error) {
    if ((error as Error).name === 'AbortError') return undefined;
    throw error;
  } finally {
    socket.close();
  }
}

/** Sends a message over TCP and gives the reply, or undefined when the server closes or is silent for `ms` milliseconds. */
export async function askTcp(query: Buffer, { host, port }: DnsAddress, ms: number): Promise<Buffer | undefined> {
  const socket = connect(port, host);
  socket.setTimeout(ms, () => socket.destroy());
  socket.write(Buffer.concat([words(query.length), query]));
  let got: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      got = Buffer.concat([got, chunk]);
      if (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) return got.subarray(2, 2 + got.readUInt16BE(0));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  return undefined;
}
