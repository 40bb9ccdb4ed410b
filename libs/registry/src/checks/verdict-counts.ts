import type { Status } from '../model.js';
import type { Probe } from './probe.js';
import { PERIODIC_TYPES } from './types.js';

/** Verdicts since the start by type of check: one for each run, and of a check with a TTL one for each report and each expiry. */
export type VerdictCounts = Record<Exclude<Probe['type'], 'alias'>, Record<Status, number>>;

export function noVerdicts(): VerdictCounts {
  const types = ['ttl', ...PERIODIC_TYPES].map((type) => [type, { passing: 0, warning: 0, critical: 0 }]);
  return Object.fromEntries(types) as VerdictCounts;
}
