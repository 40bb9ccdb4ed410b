import { TYPE } from '../wire/codes.js';
import { Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import { addressRecord, asksFor, isAddress, type AddressChoice } from './address-records.js';
import type { AnswerRecord } from './answer.js';
import type { DirectoryInstance } from './directory.js';
import { MIN_ANSWER, type Room } from './limits.js';
import { metaRecords } from './node-meta.js';
import { addressName, nodeName, type Home } from './target-name.js';

/** What is asked of a service, and where in the zone. */
export interface ServiceQuestion {
  /** The question's name, the owner of the answers. */
  readonly owner: Name;
  readonly type: number;
  readonly ttl: number;
  readonly home: Home;
  readonly room: Room;
  readonly choice: AddressChoice;
}

/** Finds the addresses of a host name: a CNAME chain within the zone, or nothing when it lies outside. */
export type ResolveHost = (host: Name, type: number) => readonly ResourceRecord[];

/** The target of an instance's SRV record and the records of that target. */
interface Target {
  readonly name: Name;
  readonly additional: readonly ResourceRecord[];
}

/** Octets of an SRV record before its target: the owner as a pointer, the record's head, and three numbers. */
const SRV_HEAD = 18;

/**
 * SRV answers for instances, in their order, each target and port once, whatever its weight.
 *
 * @param nodeMetaTxt whether the metadata of nodes come with them
 */
export function srvAnswers(
  question: ServiceQuestion,
  instances: Iterable<DirectoryInstance>,
  nodeMetaTxt: boolean,
  resolveHost: ResolveHost,
): AnswerRecord[] {
  const { owner, ttl, room, choice } = question;
  const answers = new Map<string, AnswerRecord>();
  let octets = 0;
  for (const instance of instances) {
    const target = srvTarget(question, instance, resolveHost);
    if (!target) continue;
    const port = choice.portOf(instance);
    const key = `${port} ${target.name.labels.join('.')}`;
    if (answers.has(key)) continue;
    const weight = instance.status === 'passing' ? instance.weights.passing : instance.weights.warning;
    const srv = record(owner, 'SRV', ttl, { priority: 1, weight, port, target: target.name });
    const additional = nodeMetaTxt ? [...target.additional, ...nodeTexts(question, instance)] : target.additional;
    answers.set(key, { record: srv, additional });
    octets += SRV_HEAD + target.name.octets;
    if (answers.size > room.answers || octets > room.octets) break;
  }
  return [...answers.values()];
}

/**
 * Address answers (A, AAAA, or for ANY both) for instances, in their order, without duplicates. Only when no instance has an address of the
 * right kind does the first host name count, as the one CNAME that a name may have (RFC 1034 section 3.6.2).
 *
 * @param limit the most that are wanted, of which one more is found so that others are known to be there; 0: any number
 */
export function addressAnswers(
  question: ServiceQuestion,
  instances: Iterable<DirectoryInstance>,
  limit: number,
  resolveHost: ResolveHost,
): AnswerRecord[] {
  const { owner, type, ttl, room, choice } = question;
  const records = new Map<string, ResourceRecord>();
  let host: Name | undefined;
  for (const instance of instances) {
    const address = choice.ofInstance(instance, type) || choice.ofNode(instance.node, type);
    const found = addressRecord(owner, ttl, address);
    if (found && asksFor(type, found)) records.set(address, found);
    if (!found) host ??= Name.fromText(address);
    if (records.size > limit && limit > 0) break;
    if (records.size > room.answers || records.size * MIN_ANSWER > room.octets) break;
  }
  if (records.size === 0 && host) return hostAnswers(question, host, resolveHost);
  return [...records.values()].map(alone);
}

/** A CNAME to a host name, and what is known of that. */
export function hostAnswers(
  { owner, type, ttl }: Pick<ServiceQuestion, 'owner' | 'type' | 'ttl'>,
  host: Name,
  resolveHost: ResolveHost,
): AnswerRecord[] {
  const chain = type === TYPE.CNAME ? [] : resolveHost(host, type);
  return [record(owner, 'CNAME', ttl, { target: host }), ...chain.map((each) => ({ ...each, ttl }))].map(alone);
}

function alone(each: ResourceRecord): AnswerRecord {
  return { record: each, additional: [] };
}

function srvTarget(
  question: ServiceQuestion,
  instance: DirectoryInstance,
  resolveHost: ResolveHost,
): Target | undefined {
  const { ttl, home, choice } = question;
  const own = choice.ofInstance(instance, TYPE.SRV);
  if (own !== '' && isAddress(own)) return addressTarget(addressName(own, home), ttl, own);
  // A service whose address is its own name would lead to itself.
  if (own !== '' && Name.fromText(own)?.equals(question.owner) !== true) return hostTarget(own, ttl, resolveHost);
  const address = choice.ofNode(instance.node, TYPE.SRV);
  if (!isAddress(address)) return hostTarget(address, ttl, resolveHost);
  const translated = choice.isNodeTranslated(instance.node, TYPE.SRV);
  return addressTarget(translated ? addressName(address, home) : nodeName(instance.node.name, home), ttl, address);
}

function addressTarget(name: Name | undefined, ttl: number, address: string): Target | undefined {
  return name && { name, additional: [addressRecord(name, ttl, address)!] };
}

function hostTarget(host: string, ttl: number, resolveHost: ResolveHost): Target | undefined {
  const name = Name.fromText(host);
  if (!name) return undefined;
  const found = [...resolveHost(name, TYPE.A), ...resolveHost(name, TYPE.AAAA)];
  return { name, additional: found.map((each) => ({ ...each, ttl })) };
}

function nodeTexts({ ttl, home }: ServiceQuestion, { node }: DirectoryInstance): ResourceRecord[] {
  if (Object.keys(node.meta).length === 0) return [];
  const owner = nodeName(node.name, home);
  return owner ? metaRecords(owner, ttl, node.meta) : [];
}
