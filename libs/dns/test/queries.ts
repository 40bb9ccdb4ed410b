import { CLASS, TYPE } from '../src/wire/codes.js';
import { buildMessage } from '../src/wire/message.js';
import { Name } from '../src/wire/name.js';
import type { Opt } from '../src/wire/opt.js';
import type { Query, Transport } from '../src/zone/query.js';

export interface QueryParts {
  readonly id?: number;
  readonly rd?: boolean;
  readonly class?: number;
  readonly transport?: Transport;
  readonly opt?: Partial<Opt>;
}

/** A query as the zone takes it. */
export function query(name: string | Name, type: keyof typeof TYPE | number, parts: QueryParts = {}): Query {
  const { id = 1, rd = false, transport = 'udp', opt } = parts;
  return {
    id,
    rd,
    question: {
      name: typeof name === 'string' ? Name.fromText(name)! : name,
      type: typeof type === 'number' ? type : TYPE[type],
      class: parts.class ?? CLASS.IN,
    },
    transport,
    ...(opt && { opt: { udpSize: 1232, extendedRcode: 0, version: 0, dnssecOk: false, options: [], ...opt } }),
  };
}

/** The same as octets. */
export function queryOctets(name: string | Name, type: keyof typeof TYPE | number, parts: QueryParts = {}): Buffer {
  const { id, rd, question, opt } = query(name, type, parts);
  return buildMessage({
    id,
    rd,
    qr: false,
    opcode: 0,
    aa: false,
    tc: false,
    ra: false,
    ad: false,
    cd: false,
    rcode: 0,
    questions: [question],
    answers: [],
    authority: [],
    additional: [],
    ...(opt && { opt }),
  });
}
