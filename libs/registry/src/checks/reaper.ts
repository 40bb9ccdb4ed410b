import type { Check } from '../model.js';
import { ByCheck } from './by-check.js';

/** An instance that is to be removed. */
export interface Overdue {
  readonly node: string;
  readonly instance: string;
}

/** Knows which instances have been critical for longer than one of their checks allows (`DeregisterCriticalServiceAfter`). */
export class Reaper {
  /** Critical checks that may cost their instance the registration, and since when, in milliseconds on the monotonic clock. */
  readonly #critical = new ByCheck<{ readonly check: Check; readonly since: number }>();

  /** Takes note of a check as it is now. */
  note(check: Check, now: number): void {
    const limited = check.serviceId !== '' && check.probe && check.probe.deregisterCriticalServiceAfter > 0;
    if (check.status !== 'critical' || !limited) return this.forget(check.node, check.id);
    const since = this.#critical.get(check.node, check.id)?.since ?? now;
    this.#critical.set(check.node, check.id, { check, since });
  }

  forget(node: string, id: string): void {
    this.#critical.delete(node, id);
  }

  /** @param vigil since when the services could have reported better: what was before does not count */
  overdue(now: number, vigil: number): Overdue[] {
    const instances = new Map<string, Overdue>();
    for (const { check, since } of this.#critical.values()) {
      const limit = check.probe!.deregisterCriticalServiceAfter;
      const { node, serviceId } = check;
      if (now - Math.max(since, vigil) > limit) instances.set(`${node} ${serviceId}`, { node, instance: serviceId });
    }
    return [...instances.values()];
  }
}
