import type { Catalog } from './catalog.js';
import { Draft, viewOf } from './draft.js';
import type { Change } from './model.js';
import type { Snapshot } from './stores/store.js';

/** The changes that turn what the catalog holds into a stored state, for a process that missed some of the log. */
export function differences(catalog: Catalog, { nodes, instances, checks }: Snapshot): readonly Change[] {
  const draft = new Draft(viewOf(catalog));
  const stored = new Set<string>();
  for (const { node } of nodes) {
    stored.add(keyOf('node', node.name, ''));
    draft.putNode(node);
  }
  for (const { instance } of instances) {
    stored.add(keyOf('instance', instance.node, instance.id));
    draft.putInstance(instance);
  }
  for (const { check } of checks) {
    stored.add(keyOf('check', check.node, check.id));
    draft.putCheck(check);
  }
  removeOthers(draft, catalog, stored);
  return draft.changes;
}

function removeOthers(draft: Draft, catalog: Catalog, stored: ReadonlySet<string>): void {
  for (const { node, instances, checks } of catalog.nodes()) {
    const { name } = node;
    for (const id of checks.keys()) if (!stored.has(keyOf('check', name, id))) draft.removeCheck(name, id);
    for (const id of instances.keys()) if (!stored.has(keyOf('instance', name, id))) draft.removeInstance(name, id);
    if (!stored.has(keyOf('node', name, ''))) draft.removeNode(name);
  }
}

function keyOf(kind: string, node: string, id: string): string {
  return JSON.stringify([kind, node.toLowerCase(), id]);
}
