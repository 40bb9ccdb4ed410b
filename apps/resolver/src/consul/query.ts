import type { IncomingHttpHeaders } from 'node:http';
import { parseDuration } from '#libs/time';
import { badRequest, serverError } from './errors.js';

/** A query string as Fastify parses it: a key without a value is there with an empty one, a repeated key has a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How sure a reader wants to be that nothing newer exists. One process has one truth, so all read the same. */
export type Consistency = 'leader' | 'stale' | 'consistent';

/** What every read understands. */
export interface ReadOptions {
  /** Answer when the index is above this; 0: at once. */
  readonly index: number;
  /** How long to wait for that at most, in milliseconds. */
  readonly wait: number;
  readonly consistency: Consistency;
  readonly cached: boolean;
  readonly filter: string;
  /** Pairs that a node's metadata must have. */
  readonly nodeMeta: readonly (readonly [string, string])[];
  /** Tags that an instance must have, whatever their letter case. */
  readonly tags: readonly string[];
  /** The node that the answer's order begins at: its name, `_agent` for our own, or empty. */
  readonly near: string;
  readonly pretty: boolean;
}

const DEFAULT_WAIT = 300_000;
const MAX_WAIT = 600_000;

/** Reads the parameters of a read, in Consul's order: the first mistake is the one that is told. @throws ConsulError in Consul's words */
export function readOptions(query: Query, headers: IncomingHttpHeaders, datacenter: string): ReadOptions {
  const consistency = readConsistency(query);
  validateCacheControl(headers['cache-control']);
  const { index, wait } = readWaiting(query);
  refuseOtherDatacenter(query, datacenter);
  return {
    index,
    wait,
    consistency,
    cached: has(query, 'cached'),
    filter: one(query, 'filter') ?? '',
    nodeMeta: all(query, 'node-meta').map(pair),
    tags: all(query, 'tag'),
    near: one(query, 'near') ?? '',
    pretty: has(query, 'pretty'),
  };
}

/**
 * Whether Go can read a query string: each percent sign begins an escape, and no semicolon divides.
 *
 * @param search what follows the question mark
 * @see https://pkg.go.dev/net/url#ParseQuery
 */
export function isWellFormed(search: string): boolean {
  return !/;|%(?![0-9a-f]{2})/i.test(search);
}

/** Whether a key is there, whatever its value: for Consul `stale=false` is as stale as `stale`. */
export function has(query: Query, key: string): boolean {
  return query[key] !== undefined;
}

/** The first value of a key. */
export function one(query: Query, key: string): string | undefined {
  const value = query[key];
  return typeof value === 'object' ? value[0] : value;
}

/** All values of a key. */
export function all(query: Query, key: string): readonly string[] {
  const value = query[key];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** A boolean in one of Go's spellings; undefined when it is none. */
export function goBoolean(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  return undefined;
}

/** `?passing`, bare or with a boolean. @throws ConsulError */
export function readPassing(query: Query): boolean {
  const value = one(query, 'passing');
  if (value === undefined || value === '') return value === '';
  const passing = goBoolean(value);
  if (passing === undefined) throw badRequest('Invalid value for ?passing');
  return passing;
}

/** What belongs to Consul Enterprise, by parameter and header. */
const ENTERPRISE = [
  { feature: 'Namespaces', parameter: 'ns', header: 'X-Consul-Namespace', field: 'x-consul-namespace' },
  { feature: 'Partitions', parameter: 'partition', header: 'X-Consul-Partition', field: 'x-consul-partition' },
] as const;

/** @throws ConsulError when a parameter or header belongs to Consul Enterprise */
export function refuseEnterprise(query: Query, headers: IncomingHttpHeaders): void {
  for (const { feature, parameter, header, field } of ENTERPRISE) {
    const where = one(query, parameter) ? `query parameter: "${parameter}"` : headers[field] && `header: "${header}"`;
    if (where) throw badRequest(`Invalid ${where} - ${feature} are a Consul Enterprise feature`);
  }
}

/** Whether a header belongs to Consul Enterprise. */
export function hasEnterprise(headers: IncomingHttpHeaders): boolean {
  return ENTERPRISE.some(({ field }) => headers[field] !== undefined);
}

/** @throws ConsulError when `?dc` names a datacenter other than ours: there is no other */
export function refuseOtherDatacenter(query: Query, datacenter: string): void {
  const dc = one(query, 'dc');
  if (dc && dc.toLowerCase() !== datacenter.toLowerCase()) throw serverError('No path to datacenter');
}

/** When a reader wants the answer: the index that it knows, and how many milliseconds it waits for another. @throws ConsulError */
export function readWaiting(query: Query): { readonly index: number; readonly wait: number } {
  const wait = readWait(one(query, 'wait'));
  return { wait, index: readIndex(one(query, 'index')) };
}

const MAX_INDEX = 2n ** 64n - 1n;

function readIndex(value: string | undefined): number {
  if (!value) return 0;
  if (!/^\d{1,20}$/.test(value) || BigInt(value) > MAX_INDEX) throw badRequest('Invalid index');
  return Number(value);
}

function readWait(value: string | undefined): number {
  if (!value) return DEFAULT_WAIT;
  const ms = parseDuration(value);
  if (ms === undefined) throw badRequest('Invalid wait time');
  return ms > 0 ? Math.min(ms, MAX_WAIT) : DEFAULT_WAIT;
}

function readConsistency(query: Query): Consistency {
  const maxStale = one(query, 'max_stale');
  const age = maxStale ? parseDuration(maxStale) : 0;
  if (age === undefined) throw badRequest(`Invalid max_stale value ${JSON.stringify(maxStale)}`);
  const stale = has(query, 'stale') || age > 0;
  if (!has(query, 'consistent')) return stale ? 'stale' : 'leader';
  const rival = stale ? 'stale' : has(query, 'cached') ? 'cached' : undefined;
  if (rival) throw badRequest(`Cannot specify ?${rival} with ?consistent, conflicting semantics.`);
  return 'consistent';
}

/** Nothing is cached here for longer than it is true, so the directives mean nothing; one that is wrong is told. */
function validateCacheControl(header: string | undefined): void {
  for (const directive of header?.toLowerCase().split(',') ?? []) {
    const [, seconds] = /^\s*(?:max-age|stale-if-error)=(.*?)\s*$/.exec(directive) ?? [];
    if (seconds !== undefined && !/^[+-]?\d+$/.test(seconds)) throw badRequest('Invalid Cache-Control header.');
  }
}

function pair(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** What the maintenance endpoints are told. @throws ConsulError */
export function readMaintenance(query: Query): { readonly enable: boolean; readonly reason: string } {
  const word = one(query, 'enable');
  if (word === undefined) throw badRequest('Missing value for enable');
  const enable = goBoolean(word);
  if (enable === undefined) throw badRequest(`Invalid value for enable: ${JSON.stringify(word)}`);
  return { enable, reason: one(query, 'reason') ?? '' };
}
