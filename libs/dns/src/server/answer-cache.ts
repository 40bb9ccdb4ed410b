import { HEADER_LENGTH } from '../wire/codes.js';
import type { Answer, Source } from '../zone/answer.js';
import type { DirectoryChange } from '../zone/directory.js';
import { EntryRing, WORD } from './entry-ring.js';
import { LOWER, type QueryKey } from './query-key.js';
import { copyRotated, isRotatable } from './rotation.js';

/** Words of an entry before its reply. Links are indexes of entries; 0 is none. */
const SIZE = 0;
const HASH = 1;
const SHAPE = 2;
/** Octets of the reply. */
const LENGTH = 3;
/** How often a shuffled reply may still be sent; ALWAYS for one whose order stays. */
const LEFT = 4;
/** The next entry of the same bucket, and in the word behind it the previous one. */
const NEXT = 5;
/** A hash of what the reply was made from. */
const SOURCE = 7;
/** The next entry of the same bucket of such hashes, and in the word behind it the previous one. */
const SOURCE_NEXT = 8;
const HEAD = 10;

const ALWAYS = -1;

/** The HASH of an entry that is in no bucket any more; no key has it. */
const DEAD = -1;

/** Octets of the largest reply that is kept; compression pointers reach no further, so all of it can be rotated. */
const MAX_REPLY = 0x4000;

/** The least memory that makes sense: room for some of the largest replies. */
const MIN_BYTES = 8 * MAX_REPLY;

/** How often a shuffled reply is sent with each of its answers first, before it is shuffled anew. */
const USES_PER_ANSWER = 256;

/** The same for a reply that was cut to some of many answers: the others must have their turn soon, or load gathers on the few. */
const USES_PER_ANSWER_WHEN_CUT = 4;
const USES_PER_ANSWER_WHEN_FEW = 1;

/** Fewer answers than this are few. */
const FEW = 10;

/** Octets of an entry, about; for the number of buckets. */
const TYPICAL_ENTRY = 256;

/** The most entries that are looked at: more are in a bucket only when somebody looks for such questions. */
const MAX_STEPS = 16;

/** What the cache has done since it was made. */
export interface CacheCounters {
  /** Replies in it. */
  readonly entries: number;
  /** Octets in use, of replies and of what is kept about them. */
  readonly octets: number;
  /** Replies that were overwritten by newer ones. */
  readonly evicted: number;
  /** Replies that went because what they were made from changed. */
  readonly dropped: number;
}

/**
 * Finished replies by question and query shape. A reply stands until the one thing that it was made from changes; what was made from
 * several things, such as a chain of CNAMEs, is not kept. Replies and what is known of them lie in one ring of memory, linked by indexes: it
 * is bounded, the oldest go first, and the garbage collector has nothing to look at.
 */
export class AnswerCache {
  readonly #ring: EntryRing;
  readonly #words: Int32Array;
  readonly #buckets: Int32Array;
  readonly #sources: Int32Array;
  readonly #mask: number;
  #entries = 0;
  #evicted = 0;
  #dropped = 0;

  /** @param bytes the most octets that it takes, about */
  constructor(bytes: number) {
    this.#ring = new EntryRing(Math.max(bytes, MIN_BYTES), (entry) => this.#evict(entry));
    this.#words = this.#ring.words;
    const buckets = 2 ** Math.ceil(Math.log2(this.#ring.octets.length / TYPICAL_ENTRY));
    this.#buckets = new Int32Array(buckets);
    this.#sources = new Int32Array(buckets);
    this.#mask = buckets - 1;
  }

  get counters(): CacheCounters {
    return {
      entries: this.#entries,
      octets: this.#ring.used,
      evicted: this.#evicted,
      dropped: this.#dropped,
    };
  }

  /** The reply to a query, unless a shuffled one has been sent often enough. @returns an entry, good until the next `store`; 0: none */
  find(key: QueryKey, query: Buffer): number {
    const entry = this.#lookUp(key, query);
    return entry > 0 && this.#words[entry + LEFT] === 0 ? 0 : entry;
  }

  /** Octets of an entry's reply. */
  lengthOf(entry: number): number {
    return this.#words[entry + LENGTH]!;
  }

  /**
   * Copies an entry's reply to `out` at `at`, a shuffled one with another one of its answers first each time.
   *
   * @param questionLength octets of the header and the question; the question is left for the caller to write as it was asked
   */
  copy(entry: number, questionLength: number, out: Buffer, at: number): void {
    const words = this.#words;
    const { octets } = this.#ring;
    const from = (entry + HEAD) * WORD;
    const length = words[entry + LENGTH]!;
    const left = words[entry + LEFT]!;
    for (let i = 0; i < HEADER_LENGTH; i++) out[at + i] = octets[from + i]!;
    if (left === ALWAYS) {
      octets.copy(out, at + questionLength, from + questionLength, from + length);
      return;
    }
    words[entry + LEFT] = left - 1;
    copyRotated(octets, from, length, out, at, questionLength, left);
  }

  store(key: QueryKey, query: Buffer, answer: Answer, reply: Buffer): void {
    if (answer.sources.length > 1 || reply.length > MAX_REPLY) return;
    const shuffled = answer.kind === 'records' && answer.shuffled === true;
    const questionLength = key.questionEnd - key.start;
    if (shuffled && !isRotatable(reply, questionLength)) return;
    const entry = this.#placeFor(key, query, reply.length, answer.sources[0]);
    reply.copy(this.#ring.octets, (entry + HEAD) * WORD);
    this.#words[entry + LENGTH] = reply.length;
    this.#words[entry + LEFT] = shuffled ? mostUses(answer.answers.length, reply.readUInt16BE(6)) : ALWAYS;
  }

  /** Forgets what was made from what changed. */
  drop({ services, nodes, addresses, everything }: DirectoryChange): void {
    if (everything) return this.clear();
    for (const service of services) this.#dropSource(`service:${service}`);
    for (const node of nodes) this.#dropNode(node);
    for (const address of addresses) this.#dropSource(`address:${address}`);
    this.#dropSource('zone');
  }

  /** Forgets everything. */
  clear(): void {
    for (const first of this.#buckets) {
      for (let entry = first; entry > 0; entry = this.#words[entry + NEXT]!) this.#words[entry + HASH] = DEAD;
    }
    this.#buckets.fill(0);
    this.#sources.fill(0);
    this.#dropped += this.#entries;
    this.#entries = 0;
  }

  #lookUp(key: QueryKey, query: Buffer): number {
    const words = this.#words;
    let entry = this.#buckets[key.hash & this.#mask]!;
    for (let steps = 0; entry > 0 && steps < MAX_STEPS; steps++) {
      if (words[entry + HASH] === key.hash && words[entry + SHAPE] === key.shape) {
        if (this.#isSameQuestion(key, query, entry)) return entry;
      }
      entry = words[entry + NEXT]!;
    }
    return 0;
  }

  /** Compares the question of a query with that of an entry: the name's letters without regard to case, type and class as they are. */
  #isSameQuestion({ start, nameEnd, questionEnd }: QueryKey, query: Buffer, entry: number): boolean {
    const { octets } = this.#ring;
    const offset = (entry + HEAD) * WORD - start;
    for (let at = start + HEADER_LENGTH; at < nameEnd; at++) {
      const a = query[at]!;
      const b = octets[at + offset]!;
      if (a !== b && LOWER[a] !== LOWER[b]) return false;
    }
    for (let at = nameEnd; at < questionEnd; at++) if (query[at] !== octets[at + offset]) return false;
    return true;
  }

  /** An entry with room for a reply: the one that the query has already, or a new one in its place. */
  #placeFor(key: QueryKey, query: Buffer, length: number, source: Source | undefined): number {
    const size = HEAD + Math.ceil(length / WORD);
    const old = this.#lookUp(key, query);
    if (old > 0 && this.#words[old + SIZE]! >= size) return old;
    if (old > 0) this.#unlink(old);
    const entry = this.#ring.take(size);
    const words = this.#words;
    words[entry + HASH] = key.hash;
    words[entry + SHAPE] = key.shape;
    words[entry + SOURCE] = source === undefined ? 0 : hashOf(source);
    this.#link(this.#buckets, key.hash, entry, NEXT);
    this.#link(this.#sources, words[entry + SOURCE]!, entry, SOURCE_NEXT);
    this.#entries++;
    return entry;
  }

  /** What was made from a node, and from there being none: `b.c` of `a.b.c` is a name too. */
  #dropNode(node: string): void {
    this.#dropSource(`node:${node}`);
    for (let dot = node.indexOf('.'); dot >= 0; dot = node.indexOf('.', dot + 1)) {
      this.#dropSource(`node:${node.slice(dot + 1)}`);
    }
  }

  #dropSource(source: Source): void {
    const words = this.#words;
    const hash = hashOf(source);
    let next: number;
    for (let entry = this.#sources[hash & this.#mask]!; entry > 0; entry = next) {
      next = words[entry + SOURCE_NEXT]!;
      // Another source may have the same hash: then a reply is made once more than it must be.
      if (words[entry + SOURCE] !== hash) continue;
      this.#unlink(entry);
      this.#dropped++;
    }
  }

  #evict(entry: number): void {
    if (this.#words[entry + HASH] === DEAD) return;
    this.#unlink(entry);
    this.#evicted++;
  }

  #unlink(entry: number): void {
    const words = this.#words;
    this.#cut(this.#buckets, words[entry + HASH]!, entry, NEXT);
    this.#cut(this.#sources, words[entry + SOURCE]!, entry, SOURCE_NEXT);
    words[entry + HASH] = DEAD;
    this.#entries--;
  }

  /** Puts an entry in front of a bucket's chain, which goes on by the word `next` and back by the one behind it. */
  #link(buckets: Int32Array, hash: number, entry: number, next: number): void {
    const words = this.#words;
    const first = buckets[hash & this.#mask]!;
    words[entry + next] = first;
    words[entry + next + 1] = 0;
    if (first > 0) words[first + next + 1] = entry;
    buckets[hash & this.#mask] = entry;
  }

  #cut(buckets: Int32Array, hash: number, entry: number, next: number): void {
    const words = this.#words;
    const after = words[entry + next]!;
    const before = words[entry + next + 1]!;
    if (before > 0) words[before + next] = after;
    else buckets[hash & this.#mask] = after;
    if (after > 0) words[after + next + 1] = before;
  }
}

function mostUses(answers: number, sent: number): number {
  if (answers <= sent) return sent * USES_PER_ANSWER;
  return sent * (sent < FEW ? USES_PER_ANSWER_WHEN_FEW : USES_PER_ANSWER_WHEN_CUT);
}

/** FNV-1a, so that no string has to be kept. Never 0, which stands for no source. */
function hashOf(source: Source): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < source.length; i++) hash = Math.imul(hash ^ source.charCodeAt(i), 0x01000193);
  return hash | 1;
}
