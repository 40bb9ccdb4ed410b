import type { ProbeResult } from './probe.js';

/** What a probe's URL answers: a status and plain text. */
export interface Report {
  readonly status: 200 | 500;
  readonly text: string;
}

/**
 * Words the results as the Kubernetes API server does: `ok`, or with `verbose` a line for each check; a failure is always
 * verbose and withholds its reason.
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
  const failed = results.some(({ cause }) => cause);
  if (!failed && !verbose) return { status: 200, text: 'ok' };
  const lines = results.map(lineOf);
  if (unmatched.length > 0) {
    const names = unmatched.map((name) => JSON.stringify(name)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  lines.push(`${group} check ${failed ? 'failed' : 'passed'}`);
  return { status: failed ? 500 : 200, text: `${lines.join('\n')}\n` };
}

/** Words the result of one check that was asked for by its own path. */
export function reportOne({ cause }: ProbeResult): Report {
  return cause ? { status: 500, text: 'internal server error: reason withheld\n' } : { status: 200, text: 'ok' };
}

function lineOf({ name, cause, excluded }: ProbeResult): string {
  if (excluded) return `[+]${name} excluded: ok`;
  return cause ? `[-]${name} failed: reason withheld` : `[+]${name} ok`;
}
