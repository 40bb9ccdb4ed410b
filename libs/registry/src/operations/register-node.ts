import type { Draft } from '../draft.js';
import type { Node } from '../model.js';
import { SERF_HEALTH } from './own-node.js';

/** A node cannot have the name that it asks for, in Consul's words. */
export class NodeNameError extends Error {
  override readonly name = 'NodeNameError';
}

/**
 * Puts a node. A node with an id is known by it: under a new name it is renamed, which takes everything off it, as in Consul. The
 * registry's own node is what the configuration says, so it stays as it is.
 *
 * @param own the registry's own node
 * @throws NodeNameError when another node that is alive has the name, or the id is that of the registry's own node
 */
export function registerNode(draft: Draft, node: Node, own: Node): void {
  const before = node.id === '' ? undefined : draft.nodeById(node.id);
  const renamed = before !== undefined && !isSameName(before, node);
  refuseTakenName(draft, node, renamed);
  if (renamed) {
    if (isSameName(before, own)) throw renamingError(node, `the registry runs on node ${own.name}`);
    draft.removeNode(before.name);
  }
  if (!isSameName(node, own)) draft.putNode(node);
}

/** Whoever registers a node with an id may take over a name that has none, unless it is renamed to that. */
function refuseTakenName(draft: Draft, node: Node, renamed: boolean): void {
  const holder = draft.node(node.name);
  if (!holder || node.id === '' || holder.id === node.id) return;
  const isFree = (holder.id === '' && !renamed) || !isAlive(draft, holder);
  if (isFree) return;
  const { id, name, address } = holder;
  throw renamingError(node, `Node name ${node.name} is reserved by node ${id} with name ${name} (${address})`);
}

/** A node without an agent is somebody's entry in the catalog, and that can be replaced. */
function isAlive(draft: Draft, node: Node): boolean {
  const health = draft.check(node.name, SERF_HEALTH);
  return health !== undefined && health.status !== 'critical';
}

function isSameName(a: Node, b: Node): boolean {
  return a.name.toLowerCase() === b.name.toLowerCase();
}

function renamingError(node: Node, why: string): NodeNameError {
  return new NodeNameError(
    `failed inserting node: Error while renaming Node ID: "${node.id}" (${node.address}): ${why}`,
  );
}
