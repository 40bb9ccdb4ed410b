import type { Draft } from '../draft.js';
import type { Check, Instance } from '../model.js';

/** An instance with all that belongs to it: one change. */
export interface ServiceRegistration {
  readonly instance: Instance;
  /** Checks of this instance. */
  readonly checks: readonly Check[];
  /** Whether checks of the instance that are not in `checks` go. */
  readonly replaceExistingChecks: boolean;
}

/** Puts an instance and its checks. A check that was there before keeps its status and output: registering again is no news about health. */
export function registerService(draft: Draft, { instance, checks, replaceExistingChecks }: ServiceRegistration): void {
  draft.putInstance(instance);
  if (replaceExistingChecks) {
    const kept = new Set(checks.map(({ id }) => id));
    for (const { id } of draft.checksOf(instance.node, instance.id))
      if (!kept.has(id)) draft.removeCheck(instance.node, id);
  }
  for (const check of checks) registerCheck(draft, check);
}

/** Puts a check; one that was there before keeps its status and output. */
export function registerCheck(draft: Draft, check: Check): void {
  const before = draft.check(check.node, check.id);
  draft.putCheck(before ? { ...check, status: before.status, output: before.output } : check);
}

/** Removes an instance, its checks and its mesh sidecar. @returns whether it was there */
export function deregisterService(draft: Draft, node: string, id: string): boolean {
  if (!draft.instance(node, id)) return false;
  draft.removeInstance(node, id);
  draft.removeInstance(node, `${id}-sidecar-proxy`);
  return true;
}
