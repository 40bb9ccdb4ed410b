import { buildQuery } from '../../conformance/dns-client.js';

export type QuestionType = 'A' | 'SRV';

/** Octets that a client says it takes over UDP, as resolvers do (RFC 9715). */
const EDNS_SIZE = 1232;

/** The name of a service in DNS. */
export function serviceName(service: string): string {
  return `${service}.service.consul`;
}

/** A question as load generators read it: a message with EDNS, its length in front (RFC 1035 section 4.2.2). */
export function frameQuestion(name: string, type: QuestionType): Buffer {
  const message = buildQuery({ name, type, id: 0, edns: { size: EDNS_SIZE } });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Each type asked of each service, all services of one type after the other. */
export function frameQuestions(services: readonly string[], types: readonly QuestionType[]): Buffer {
  return Buffer.concat(types.flatMap((type) => services.map((service) => frameQuestion(serviceName(service), type))));
}
