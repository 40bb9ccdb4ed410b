import { isIPv4, isIPv6 } from 'node:net';
import { TYPE } from '../wire/codes.js';
import type { Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import type { DirectoryInstance, DirectoryNode } from './directory.js';

/** Kinds of tagged addresses in the order of preference, by question type; the plain address comes after them. */
const PREFERRED: Readonly<Record<number, readonly string[]>> = { [TYPE.A]: ['lan_ipv4'], [TYPE.AAAA]: ['lan_ipv6'] };
const PREFERRED_ELSE = ['lan_ipv6', 'lan_ipv4'];

/** The A or AAAA record of an IP address; undefined for a host name. */
export function addressRecord(owner: Name, ttl: number, address: string): ResourceRecord | undefined {
  if (isIPv4(address)) return record(owner, 'A', ttl, { address });
  return isIPv6(address) && !address.includes('%') ? record(owner, 'AAAA', ttl, { address }) : undefined;
}

/** Whether a question of `type` asks for the record's type: for that one or for any. */
export function asksFor(type: number, { type: has }: ResourceRecord): boolean {
  return type === TYPE.ANY || (typeof has === 'string' && TYPE[has] === type);
}

/** The address of a node for a question of `type`. */
export function nodeAddress(node: DirectoryNode, type: number): string {
  const kind = preferred(type).find((each) => node.taggedAddresses[each]);
  return kind === undefined ? node.address : node.taggedAddresses[kind]!;
}

/**
 * The address of an instance for a question of `type`, empty when it has none of its own and that of its node counts. There is no way back from
 * an address of the wrong family to another one.
 */
export function instanceAddress(instance: DirectoryInstance, type: number): string {
  const kind = preferred(type).find((each) => instance.taggedAddresses[each]?.address);
  return kind === undefined ? instance.address : instance.taggedAddresses[kind]!.address;
}

function preferred(type: number): readonly string[] {
  return PREFERRED[type] ?? PREFERRED_ELSE;
}
