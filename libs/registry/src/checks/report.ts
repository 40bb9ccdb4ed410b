import type { Verdict } from './verdict.js';

/** What one process tells the others about a check with a TTL: that its service was heard, and what it said, if anything. */
export interface Report {
  readonly node: string;
  readonly id: string;
  readonly verdict?: Verdict;
}

const STATUSES: readonly unknown[] = ['passing', 'warning', 'critical'];

/** Whether another process, perhaps of another version, told something that is a report. */
export function isReport(message: unknown): message is Report {
  const { node, id, verdict } = (message ?? {}) as Record<string, unknown>;
  return typeof node === 'string' && typeof id === 'string' && (verdict === undefined || isVerdict(verdict));
}

function isVerdict(value: unknown): value is Verdict {
  const { status, output } = (value ?? {}) as Record<string, unknown>;
  return STATUSES.includes(status) && typeof output === 'string';
}
