import { HEADER_LENGTH } from '../wire/codes.js';
import type { Answer, Source } from '../zone/answer.js';
import type { DirectoryChange } from '../zone/directory.js';
import { lower, type QueryKey } from './query-key.js';
import { isRotatable } from './rotation.js';
import { SlabRing, type Slot } from './slab-ring.js';

/** Octets of the largest reply that is kept; compression pointers reach no further, so all of it can be rotated. */
const MAX_REPLY = 0x4000;

/** How often a shuffled reply is sent with each of its answers first, before it is shuffled anew. */
const USES_PER_ANSWER = 16;

/** The same for a reply that was cut to a few of many answers: the others must have their turn soon, or load gathers on the few. */
const USES_PER_ANSWER_WHEN_CUT = 1;

/** The most replies of one hash: more come only from somebody who looks for them, and each lookup walks them. */
const MAX_OF_A_HASH = 8;

/** A finished reply. */
export class CachedReply implements Slot {
  slab: Buffer = EMPTY;
  at = 0;
  length = 0;
  uses = 0;
  /** How often it may be sent. */
  mostUses = 0;
  /** Whether its answers may be sent in any order. */
  shuffled = false;
  /** Another one with the same hash. */
  next: CachedReply | undefined;
  /** Another one of the same source. */
  nextOfSource: CachedReply | undefined;

  constructor(
    readonly hash: number,
    readonly shape: number,
    readonly source: Source | undefined,
  ) {}
}

const EMPTY = Buffer.alloc(0);

/**
 * Finished replies by question and query shape. A reply stands until the one thing that it was made from changes; what was made from
 * several things, such as a chain of CNAMEs, is not kept. The octets lie in a ring of slabs, so memory is bounded and the oldest go first.
 */
export class AnswerCache {
  readonly #replies = new Map<number, CachedReply>();
  readonly #bySource = new Map<Source, CachedReply>();
  readonly #slabs: SlabRing<CachedReply>;

  /** @param bytes the most octets of replies */
  constructor(bytes: number) {
    this.#slabs = new SlabRing(bytes, (reply) => this.#forget(reply));
  }

  /** The reply to a query, unless a shuffled one has been sent often enough. */
  find(key: QueryKey, query: Buffer): CachedReply | undefined {
    const reply = this.#lookUp(key, query);
    return reply && !(reply.shuffled && reply.uses >= reply.mostUses) ? reply : undefined;
  }

  store(key: QueryKey, query: Buffer, answer: Answer, bytes: Buffer): void {
    if (answer.sources.length > 1 || bytes.length > MAX_REPLY) return;
    const shuffled = answer.kind === 'records' && answer.shuffled === true;
    if (shuffled && !isRotatable(bytes, key.questionEnd)) return;
    const reply = this.#lookUp(key, query) ?? this.#add(key, answer.sources[0]);
    reply.uses = 0;
    reply.mostUses = mostUses(answer, bytes.readUInt16BE(6));
    reply.shuffled = shuffled;
    this.#slabs.put(reply, bytes);
  }

  /** Forgets what was made from what changed. */
  drop({ services, nodes, addresses }: DirectoryChange): void {
    for (const service of services) this.#dropSource(`service:${service}`);
    for (const node of nodes) this.#dropSource(`node:${node}`);
    for (const address of addresses) this.#dropSource(`address:${address}`);
    this.#dropSource('zone');
  }

  #lookUp(key: QueryKey, query: Buffer): CachedReply | undefined {
    let reply = this.#replies.get(key.hash);
    while (reply && !(reply.shape === key.shape && isSameQuestion(key, query, reply))) reply = reply.next;
    return reply;
  }

  #add({ hash, shape }: QueryKey, source: Source | undefined): CachedReply {
    const reply = new CachedReply(hash, shape, source);
    this.#makeRoom(hash);
    reply.next = this.#replies.get(hash);
    this.#replies.set(hash, reply);
    if (source !== undefined) {
      reply.nextOfSource = this.#bySource.get(source);
      this.#bySource.set(source, reply);
    }
    return reply;
  }

  #makeRoom(hash: number): void {
    let count = 0;
    const first = this.#replies.get(hash);
    for (let other = first; other; other = other.next) count++;
    if (count >= MAX_OF_A_HASH) this.#forget(first!);
  }

  #dropSource(source: Source): void {
    const first = this.#bySource.get(source);
    if (!first) return;
    this.#bySource.delete(source);
    for (let reply: CachedReply | undefined = first; reply; reply = reply.nextOfSource) this.#unlink(reply);
  }

  /** Takes a reply out of all that knows it, because the slab that held it is used again. */
  #forget(reply: CachedReply): void {
    this.#unlink(reply);
    if (reply.source !== undefined) removeFrom(this.#bySource, reply.source, reply, 'nextOfSource');
  }

  #unlink(reply: CachedReply): void {
    this.#slabs.release(reply);
    removeFrom(this.#replies, reply.hash, reply, 'next');
  }
}

/** Takes a reply out of the chain that begins in `chains` at `key` and goes on by the field `link`. */
function removeFrom<K>(chains: Map<K, CachedReply>, key: K, reply: CachedReply, link: 'next' | 'nextOfSource'): void {
  const first = chains.get(key);
  if (first !== reply) {
    for (let other = first; other; other = other[link]) if (other[link] === reply) other[link] = reply[link];
  } else if (reply[link]) chains.set(key, reply[link]);
  else chains.delete(key);
}

/** Compares the question of a query with that of a cached reply: the name's letters without regard to case, type and class as they are. */
function isSameQuestion({ nameEnd, questionEnd }: QueryKey, query: Buffer, { slab, at, length }: CachedReply): boolean {
  if (length < questionEnd) return false;
  for (let i = HEADER_LENGTH; i < nameEnd; i++) {
    const a = query[i]!;
    const b = slab[at + i]!;
    if (a !== b && lower(a) !== lower(b)) return false;
  }
  return query.readUInt32BE(nameEnd) === slab.readUInt32BE(at + nameEnd);
}

function mostUses(answer: Answer, sent: number): number {
  const cut = answer.kind === 'records' && answer.answers.length > sent;
  return sent * (cut ? USES_PER_ANSWER_WHEN_CUT : USES_PER_ANSWER);
}
