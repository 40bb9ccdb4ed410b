import type { ProbeResult } from './probe.js';

/** What a probe's URL answers: a status and plain text. */
export interface Report {
  readonly status: 200 | 500;
  readonly text: string;
}

/**
 * Words the results as the Kubernetes API server does: `ok`, or with `verbose` a line for each check; a failure is always
 * verbose and withholds its reason. What is degraded, which Kubernetes does not know, counts as passed.
 *
 * @param group `livez`, `readyz` or `healthz`
 * @param unmatched names that were to be excluded and that no check has
 * @see https://kubernetes.io/docs/reference/using-api/health-checks/
 */
export function reportGroup(
  group: string,
  results: readonly ProbeResult[],
  { verbose, unmatched }: { verbose: boolean; unmatched: readonly string[] },
): Report {
  const failed = results.some(({ status }) => status === 'down');
  if (!failed && !verbose) return { status: 200, text: 'ok' };
  const lines = results.map(lineOf);
  if (unmatched.length > 0) {
    const names = unmatched.map((name) => JSON.stringify(name)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  lines.push(`${group} check ${failed ? 'failed' : 'passed'}`);
  return { status: failed ? 500 : 200, text: `${lines.join('\n')}\n` };
}

/** Words the result of one check that was asked for by its own path, which tells the cause too. */
export function reportOne({ status, cause }: ProbeResult): Report {
  if (status === 'down') return { status: 500, text: `internal server error: ${cause}\n` };
  return { status: 200, text: status === 'degraded' ? `degraded: ${cause}\n` : 'ok' };
}

function lineOf({ name, status, group }: ProbeResult): string {
  switch (status) {
    case 'up':
      return `[+]${name} ok`;
    case 'degraded':
      return `[+]${name} degraded: reason withheld`;
    case 'down':
      return `[-]${name} failed: reason withheld`;
    case 'excluded':
      return group === undefined ? `[+]${name} excluded: ok` : `[+]${name} excluded with ${group}: ok`;
  }
}
