import type { Check, Status } from '#libs/registry';
import { formatDuration } from '#libs/time';
import type { CheckType } from '../body/check.js';
import { toProbe } from './probe.js';

const STATUSES: readonly string[] = ['passing', 'warning', 'critical'] satisfies Status[];

export function isStatus(word: string): word is Status {
  return STATUSES.includes(word);
}

/** What a check is about, and the names that its kind of registration gives it. */
export interface CheckIdentity {
  readonly node: string;
  readonly id: string;
  readonly name: string;
  readonly serviceId: string;
  readonly serviceName: string;
}

/**
 * A check that this registry runs.
 *
 * @param absent what is shown for an interval or time-out that was not given: Consul has `""` and `"0s"`, by the kind of registration
 */
export function toCheck(identity: CheckIdentity, body: CheckType, absent: '' | '0s'): Check {
  const probe = toProbe(body, identity.node);
  return {
    ...identity,
    status: isStatus(body.Status) ? body.Status : 'critical',
    notes: body.Notes,
    output: '',
    type: probe.type,
    interval: body.Interval > 0 ? formatDuration(body.Interval) : absent,
    timeout: body.Timeout > 0 ? formatDuration(body.Timeout) : absent,
    definition: {},
    probe,
  };
}
