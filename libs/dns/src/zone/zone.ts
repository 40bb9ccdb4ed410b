import type { Clock } from '#libs/time';
import { CLASS, TYPE } from '../wire/codes.js';
import { Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import { addressRecord, AddressChoice, asksFor } from './address-records.js';
import {
  EXTENDED_ERROR,
  type Answer,
  type AnswerKind,
  type AnswerRecord,
  type ExtendedError,
  type Source,
} from './answer.js';
import { chaosAnswer } from './chaos.js';
import type { Directory, DirectoryInstance, DirectoryNode } from './directory.js';
import { ZoneHead } from './head.js';
import { roomFor, type Room } from './limits.js';
import { parseLookup, type Lookup, type Place } from './lookup.js';
import { metaRecords } from './node-meta.js';
import type { ZoneOptions } from './options.js';
import type { Query } from './query.js';
import { addressAnswers, hostAnswers, srvAnswers, type ResolveHost } from './services.js';
import { shuffled } from './shuffle.js';
import { nodeName, serviceName } from './target-name.js';
import { ServiceTtl } from './ttl.js';

/** How many CNAMEs within the zone are followed: enough for a service behind another, and an end to loops. */
const MAX_CHAIN = 3;

/** The most NS records: more servers than anybody asks. */
const MAX_NAME_SERVERS = 3;

/** What is asked, as far as the kind of the answer depends on it. */
interface Ask {
  readonly name: Name;
  readonly type: number;
  /** ANY gives one RRset over UDP, and all over TCP (RFC 8482). */
  readonly oneRrset: boolean;
  readonly room: Room;
  /** The names that CNAMEs led along, to the present one. */
  readonly path: readonly Name[];
  /** Collects what the answer is made from. */
  readonly sources: Set<Source>;
}

/**
 * Answers questions about the zone: from a name's form to records of the directory. It knows no bytes, no sockets and no cache, and
 * always answers at once.
 */
export class Zone {
  readonly #options: ZoneOptions;
  readonly #directory: Directory;
  readonly #names: readonly Name[];
  readonly #head: ZoneHead;
  readonly #serviceTtl: ServiceTtl;
  readonly #datacenter: string;
  readonly #choice: AddressChoice;

  constructor(options: ZoneOptions, directory: Directory, clock: Clock) {
    this.#options = options;
    this.#directory = directory;
    this.#names = options.altDomain ? [options.domain, options.altDomain] : [options.domain];
    this.#head = new ZoneHead(options, directory, clock);
    this.#serviceTtl = new ServiceTtl(options.serviceTtl);
    this.#datacenter = options.datacenter.toLowerCase();
    this.#choice = new AddressChoice(options.translateWanAddrs);
  }

  /** Whether answers may be out of date. */
  get stale(): boolean {
    return this.#directory.stale;
  }

  answer(query: Query): Answer {
    const sources = new Set<Source>();
    const { question, transport } = query;
    const { name, type } = question;
    const room = roomFor(query, this.#options);
    const kind =
      question.class === CLASS.IN
        ? this.#answer({ name, type, oneRrset: transport === 'udp', room, path: [name], sources })
        : chaosAnswer(question, this.#options);
    return { ...kind, ...(this.stale && staleness(kind)), sources: [...sources] };
  }

  #answer(ask: Ask): AnswerKind {
    const lookup = parseLookup(ask.name, ask.type, this.#names);
    if (lookup.form === 'outside') {
      return { kind: 'refused', error: { code: EXTENDED_ERROR.NOT_AUTHORITATIVE, text: 'not a name of this server' } };
    }
    if (isMeta(ask.type)) return { kind: 'not implemented' };
    if ('place' in lookup && !this.#isHere(lookup.place)) return this.#noName(lookup.place.domain);
    switch (lookup.form) {
      case 'service':
        return this.#service(ask, lookup);
      case 'node':
        return this.#node(ask, lookup);
      case 'address':
        return this.#address(ask, lookup);
      case 'reverse':
        return this.#reverse(ask, lookup);
      case 'apex':
        return this.#apex(ask, lookup.domain);
      case 'between':
        return this.#noData(lookup.place.domain);
      case 'nothing':
        return this.#noName(lookup.domain);
    }
  }

  #service(ask: Ask, { service, tag, place }: Lookup & { form: 'service' }): AnswerKind {
    ask.sources.add(`service:${service}`);
    const all = this.#directory.instances(service, tag);
    const usable = new Usable(shuffled(all), this.#options.onlyPassing);
    const answers = this.#serviceAnswers(ask, service, place, usable);
    if (usable.count === 0) return this.#noService(service, tag, all.length > 0, place.domain);
    if (answers.length === 0) return this.#noData(place.domain);
    // The CNAME is that of an instance; which one, is chosen each time.
    if (answers[0]!.record.type === 'CNAME') return { kind: 'records', answers, shuffled: usable.count > 1 };
    const limit = ask.type === TYPE.SRV ? 0 : this.#options.aRecordLimit;
    return { kind: 'records', answers, shuffled: answers.length > 1, ...(limit > 0 && { limit }) };
  }

  #serviceAnswers(
    ask: Ask,
    service: string,
    { domain }: Place,
    instances: Iterable<DirectoryInstance>,
  ): AnswerRecord[] {
    const { name: owner, type } = ask;
    const home = { datacenter: this.#options.datacenter, domain };
    const { room } = ask;
    const question = { owner, type, ttl: this.#serviceTtl.of(service), home, room, choice: this.#choice };
    if (type === TYPE.SRV) return srvAnswers(question, instances, this.#options.nodeMetaTxt, this.#resolver(ask));
    const answers = addressAnswers(question, instances, this.#options.aRecordLimit, this.#resolver(ask));
    return type === TYPE.ANY && ask.oneRrset ? firstRrset(answers) : answers;
  }

  /**
   * No instance is fit: as in Consul that is no name, so that clients drop what they had; but a step on the way to a name is one: `_tcp.service` to
   * `_web._tcp.service`, `primary.web.service` to the tag `v1.primary`.
   */
  #noService(service: string, tag: string | undefined, registered: boolean, domain: Name): AnswerKind {
    const step = tag === undefined ? service.startsWith('_') : this.#directory.hasTagBelow(service, tag);
    if (step) return this.#noData(domain);
    if (!registered) return this.#noName(domain);
    return { ...this.#noName(domain), error: { code: EXTENDED_ERROR.OTHER, text: 'no passing instance' } };
  }

  #node(ask: Ask, { node: wanted, place }: Lookup & { form: 'node' }): AnswerKind {
    const node = this.#directory.node(wanted);
    ask.sources.add(`node:${wanted}`);
    const { domain } = place;
    if (!node) return this.#directory.hasNodeBelow(wanted) ? this.#noData(domain) : this.#noName(domain);
    const { name: owner, type } = ask;
    const ttl = this.#options.nodeTtl;
    const address = this.#choice.ofNode(node, type);
    const own = addressRecord(owner, ttl, address);
    const texts = metaRecords(owner, ttl, node.meta);
    if (type === TYPE.TXT) return this.#recordsOr(domain, texts);
    const host = own ? undefined : Name.fromText(address);
    const found = host
      ? hostAnswers({ owner, type, ttl }, host, this.#resolver(ask)).map((each) => each.record)
      : [own].filter((each) => each !== undefined).filter((each) => asksFor(type, each));
    if (type === TYPE.ANY) return this.#recordsOr(domain, ask.oneRrset || host ? found : [...found, ...texts]);
    const withText = this.#options.nodeMetaTxt && (type === TYPE.A || type === TYPE.AAAA);
    return this.#recordsOr(domain, found, withText ? texts : []);
  }

  /** An address that the name itself spells; the address need not be known. */
  #address(ask: Ask, { address, domain }: Lookup & { form: 'address' }): AnswerKind {
    const found = addressRecord(ask.name, this.#options.nodeTtl, address)!;
    return asksFor(ask.type, found) ? this.#recordsOr(domain, [found]) : this.#noData(domain, [found]);
  }

  #reverse(ask: Ask, { address, domain }: Lookup & { form: 'reverse' }): AnswerKind {
    ask.sources.add(`address:${address}`);
    const found = this.#directory.at(address);
    const home = { datacenter: this.#options.datacenter, domain: this.#options.domain };
    const target = found && ('node' in found ? nodeName(found.node, home) : serviceName(found.service, home));
    if (!target) return this.#noName(domain);
    const ptr = record(ask.name, 'PTR', this.#options.nodeTtl, { target });
    return this.#recordsOr(domain, asksFor(ask.type, ptr) ? [ptr] : []);
  }

  #apex(ask: Ask, domain: Name): AnswerKind {
    const soa: AnswerRecord = { record: this.#head.record(domain), additional: [] };
    const any = ask.type === TYPE.ANY;
    ask.sources.add('zone'); // of which the serial tells
    if (any && ask.oneRrset) return { kind: 'records', answers: [soa] };
    if (!any && ask.type !== TYPE.SOA && ask.type !== TYPE.NS) return this.#noData(domain);
    const servers = this.#nameServers(domain);
    if (ask.type === TYPE.SOA)
      return { kind: 'records', answers: [glued(soa, servers)], authority: servers.map(recordOf) };
    if (servers.length === 0 && !any) return this.#noData(domain);
    return { kind: 'records', answers: any ? [soa, ...servers] : servers };
  }

  /** NS records with glue, of nodes whose name is a host name (RFC 1123 section 2.1). */
  #nameServers(domain: Name): AnswerRecord[] {
    const ttl = this.#options.nodeTtl;
    const home = { datacenter: this.#options.datacenter, domain };
    const nodes = this.#directory.nameServers().filter(({ name }) => /^[A-Za-z0-9-]{1,63}$/.test(name));
    return [...shuffled(nodes)].slice(0, MAX_NAME_SERVERS).flatMap((node: DirectoryNode) => {
      const target = nodeName(node.name.toLowerCase(), home);
      if (!target) return [];
      const glue = addressRecord(target, ttl, this.#choice.ofNode(node, TYPE.ANY));
      return [{ record: record(domain, 'NS', ttl, { target }), additional: glue ? [glue] : [] }];
    });
  }

  /** Follows a host name within the zone, no deeper than MAX_CHAIN and no name twice; names elsewhere are the client's to resolve. */
  #resolver(ask: Ask): ResolveHost {
    return (host, type) => {
      const { path } = ask;
      if (path.length > MAX_CHAIN || path.some((name) => name.equals(host)) || !this.#isOurs(host)) return [];
      const next = this.#answer({ ...ask, name: host, type, oneRrset: false, path: [...path, host] });
      if (next.kind !== 'records') return [];
      return next.answers.slice(0, next.limit).map(recordOf).filter(isAddressOrAlias);
    };
  }

  #isOurs(name: Name): boolean {
    return this.#names.some((zone) => name.isWithin(zone));
  }

  #isHere({ datacenter }: Place): boolean {
    return datacenter === undefined || datacenter.toLowerCase() === this.#datacenter;
  }

  #recordsOr(domain: Name, records: readonly ResourceRecord[], additional: readonly ResourceRecord[] = []): AnswerKind {
    if (records.length === 0) return this.#noData(domain, additional);
    const answers = records.map((each) => ({ record: each, additional }));
    return { kind: 'records', answers };
  }

  #noData(domain: Name, additional: readonly ResourceRecord[] = []): AnswerKind {
    return { kind: 'no data', soa: this.#head.record(domain), additional };
  }

  #noName(domain: Name): AnswerKind & { kind: 'no name' } {
    return { kind: 'no name', soa: this.#head.record(domain) };
  }
}

/** Those of some instances that are fit to be answered, and how many were taken. */
class Usable implements Iterable<DirectoryInstance> {
  count = 0;
  readonly #instances: Iterable<DirectoryInstance>;
  readonly #onlyPassing: boolean;

  constructor(instances: Iterable<DirectoryInstance>, onlyPassing: boolean) {
    this.#instances = instances;
    this.#onlyPassing = onlyPassing;
  }

  *[Symbol.iterator](): Generator<DirectoryInstance, void> {
    for (const instance of this.#instances) {
      const { status } = instance;
      if (status === 'critical' || (status === 'warning' && this.#onlyPassing)) continue;
      this.count++;
      yield instance;
    }
  }
}

/** Tells that an answer from the directory may be out of date. */
function staleness({ kind }: AnswerKind): { error: ExtendedError } | undefined {
  if (kind === 'refused' || kind === 'not implemented') return undefined;
  const code = kind === 'no name' ? EXTENDED_ERROR.STALE_NXDOMAIN : EXTENDED_ERROR.STALE_ANSWER;
  return { error: { code, text: 'changes may have been missed' } };
}

/** Types that only questions and transactions have, ANY left out (RFC 6895 section 3.1): zone transfers and the like. */
function isMeta(type: number): boolean {
  return type === 0 || type === TYPE.OPT || (type >= 128 && type < TYPE.ANY);
}

function recordOf({ record: each }: AnswerRecord): ResourceRecord {
  return each;
}

function isAddressOrAlias({ type }: ResourceRecord): boolean {
  return type === 'A' || type === 'AAAA' || type === 'CNAME';
}

/** The answers whose type is that of the first, with the chain of a CNAME. */
function firstRrset(answers: readonly AnswerRecord[]): AnswerRecord[] {
  const type = answers[0]?.record.type;
  return type === 'CNAME' ? [...answers] : answers.filter((answer) => answer.record.type === type);
}

/** `answer` with the addresses of the name servers beside it. */
function glued(answer: AnswerRecord, servers: readonly AnswerRecord[]): AnswerRecord {
  return { ...answer, additional: servers.flatMap(({ additional }) => additional) };
}
