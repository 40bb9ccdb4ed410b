import { TYPE } from '../wire/codes.js';
import { lowerCase, Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import { addressRecord, asksFor, instanceAddress, nodeAddress } from './address-records.js';
import type { AnswerRecord } from './answer.js';
import type { DirectoryInstance } from './directory.js';
import { metaRecords } from './node-meta.js';
import type { ZoneOptions } from './options.js';
import { addressName, nodeName, type Home } from './target-name.js';

/** What is asked of a service, and where in the zone. */
export interface ServiceQuestion {
  /** The question's name, the owner of the answers. */
  readonly owner: Name;
  readonly type: number;
  readonly ttl: number;
  readonly home: Home;
  /** One more than the reply can hold, so that whoever cuts it sees that there were more. */
  readonly most: number;
}

/** Finds the addresses of a host name: a CNAME chain within the zone, or nothing when it lies outside. */
export type ResolveHost = (host: Name, type: number) => readonly ResourceRecord[];

/** SRV answers for instances, in their order, without duplicates. */
export function srvAnswers(
  question: ServiceQuestion,
  instances: Iterable<DirectoryInstance>,
  options: Pick<ZoneOptions, 'nodeMetaTxt'>,
  resolveHost: ResolveHost,
): AnswerRecord[] {
  const answers = new Map<string, AnswerRecord>();
  for (const instance of instances) {
    const found = srvTarget(question, instance, resolveHost);
    if (!found) continue;
    const weight = instance.status === 'passing' ? instance.weights.passing : instance.weights.warning;
    const key = `${instance.port} ${weight} ${found.target.labels.join('.')}`;
    if (answers.has(key)) continue;
    const data = { priority: 1, weight, port: instance.port, target: found.target };
    const texts = options.nodeMetaTxt ? nodeTexts(question, instance) : [];
    answers.set(key, {
      record: record(question.owner, 'SRV', question.ttl, data),
      additional: [...found.additional, ...texts],
    });
    if (answers.size >= question.most) break;
  }
  return [...answers.values()];
}

/**
 * Address answers (A, AAAA, or for ANY both) for instances, in their order, without duplicates. Only when no instance has an address of the
 * right kind does the first host name count, as the one CNAME that a name may have (RFC 1034 section 3.6.2).
 */
export function addressAnswers(
  question: ServiceQuestion,
  instances: Iterable<DirectoryInstance>,
  options: Pick<ZoneOptions, 'aRecordLimit'>,
  resolveHost: ResolveHost,
): AnswerRecord[] {
  const { owner, type, ttl } = question;
  const most = options.aRecordLimit > 0 ? Math.min(options.aRecordLimit, question.most) : question.most;
  const records = new Map<string, ResourceRecord>();
  let host: Name | undefined;
  for (const instance of instances) {
    const address = instanceAddress(instance, type) || nodeAddress(instance.node, type);
    const found = addressRecord(owner, ttl, address);
    if (found && asksFor(type, found)) records.set(address, found);
    if (!found) host ??= Name.fromText(address);
    if (records.size >= most) break;
  }
  if (records.size === 0 && host) return hostAnswers(question, host, resolveHost);
  return [...records.values()].map(alone);
}

/** A CNAME to a host name, and what is known of that. */
export function hostAnswers(question: ServiceQuestion, host: Name, resolveHost: ResolveHost): AnswerRecord[] {
  const { owner, type, ttl } = question;
  const chain = type === TYPE.CNAME ? [] : resolveHost(host, type);
  return [record(owner, 'CNAME', ttl, { target: host }), ...chain.map((each) => ({ ...each, ttl }))].map(alone);
}

function alone(each: ResourceRecord): AnswerRecord {
  return { record: each, additional: [] };
}

/** The target of an instance's SRV record and the records of that target. */
function srvTarget(
  question: ServiceQuestion,
  instance: DirectoryInstance,
  resolveHost: ResolveHost,
): { target: Name; additional: ResourceRecord[] } | undefined {
  const { owner, ttl, home } = question;
  const own = instanceAddress(instance, TYPE.SRV);
  const ofNode = nodeAddress(instance.node, TYPE.SRV);
  // A service whose address is its own name would lead to itself.
  const selfNamed = own !== '' && Name.fromText(own)?.equals(owner) === true;
  const useNode = own === '' || selfNamed;
  const address = useNode ? ofNode : own;
  if (!addressRecord(owner, ttl, address)) return hostTarget(address, ttl, resolveHost);
  const target = useNode ? nodeName(instance.node.name, home) : addressName(address, home);
  return target && { target, additional: [addressRecord(target, ttl, address)!] };
}

function hostTarget(
  host: string,
  ttl: number,
  resolveHost: ResolveHost,
): { target: Name; additional: ResourceRecord[] } | undefined {
  const target = Name.fromText(host);
  if (!target) return undefined;
  const found = [...resolveHost(target, TYPE.A), ...resolveHost(target, TYPE.AAAA)];
  return { target, additional: found.map((each) => ({ ...each, ttl })) };
}

function nodeTexts({ ttl, home }: ServiceQuestion, { node }: DirectoryInstance): ResourceRecord[] {
  const owner = nodeName(node.name, home);
  return owner ? metaRecords(owner, ttl, node.meta) : [];
}

/** Whether some instance has a tag that ends in a dot and `tag`: then the name is a step on the way to that tag's. */
export function hasTagBelow(instances: readonly DirectoryInstance[], tag: string): boolean {
  return instances.some((instance) => instance.tags.some((each) => lowerCase(each).endsWith(`.${tag}`)));
}
