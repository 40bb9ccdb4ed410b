import type { InstanceEntry } from '#libs/registry';
import { checksOf } from './health-check.js';
import { node } from './node.js';
import { nodeService } from './service.js';

/** An instance with its node and all checks that decide about it (health/service). */
export function serviceEntry(instance: InstanceEntry) {
  return { Node: node(instance.node), Service: nodeService(instance), Checks: checksOf(instance) };
}

export type ServiceEntryShape = ReturnType<typeof serviceEntry>;
