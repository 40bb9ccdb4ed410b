import type { Check } from '../model.js';

/** A check that is critical, and since when (milliseconds on the monotonic clock). */
export interface Critical {
  readonly check: Check | undefined;
  readonly since: number;
}

/** The ids of instances that have been critical for longer than one of their checks allows (`DeregisterCriticalServiceAfter`). */
export function overdue(checks: Iterable<Critical>, now: number): Set<string> {
  const instances = new Set<string>();
  for (const { check, since } of checks) {
    const limit = check?.probe?.deregisterCriticalServiceAfter ?? 0;
    if (check && check.serviceId !== '' && limit > 0 && now - since > limit) instances.add(check.serviceId);
  }
  return instances;
}
