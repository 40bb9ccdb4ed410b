import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config } from '#libs/config';
import type { Node } from '#libs/registry';
import { StartError, storageError } from '#libs/supervisor';
import { CONSUL_VERSION } from './consul/shapes/member.js';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The node that this machine is: what registers through the agent's API belongs to it. */
export function ownNode({ resolver }: Config): Node {
  const address = resolver.advertise_address;
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return {
    name: resolver.node_name || hostname(),
    id: (resolver.node_id || keptId(resolver.data_dir)).toLowerCase(),
    address,
    datacenter: resolver.datacenter,
    taggedAddresses: { lan: address, [`lan_${family}`]: address, wan: address, [`wan_${family}`]: address },
    // What Consul's agents say of themselves, and clients look at.
    meta: { 'consul-network-segment': '', 'consul-version': CONSUL_VERSION, ...resolver.node_meta },
  };
}

const OWNER_ONLY_FOLDER = 0o700;

/** The id that was made at the first start, so that the node stays the same one when its name or address changes. */
function keptId(folder: string): string {
  const file = join(folder, 'node-id');
  try {
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    const id = readOrMake(file).trim();
    if (UUID.test(id)) return id;
  } catch (error) {
    throw storageError(error, 'resolver', 'data_dir');
  }
  throw new StartError(`${file} does not hold a UUID: remove it, or set [resolver] node_id`);
}

function readOrMake(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  makeId(file);
  return readFileSync(file, 'utf8');
}

/** The file appears whole or not at all, and when another process was quicker, its id is the one. */
function makeId(file: string): void {
  const id = randomUUID();
  const temporary = `${file}.${id}`;
  writeFileSync(temporary, `${id}\n`, { flag: 'wx' });
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary);
  }
}
