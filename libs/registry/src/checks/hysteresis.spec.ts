import { describe, expect, it } from 'vitest';
import type { Status } from '../model.js';
import { Hysteresis } from './hysteresis.js';
import type { Periodic } from './probe.js';

function run(thresholds: Partial<Periodic>, results: Status[]): (Status | undefined)[] {
  const probe = {
    successBeforePassing: 0,
    failuresBeforeWarning: 0,
    failuresBeforeCritical: 0,
    ...thresholds,
  } as Periodic;
  const hysteresis = new Hysteresis(probe);
  return results.map((result) => hysteresis.take(result));
}

describe('Hysteresis', () => {
  it('takes every result as it comes unless asked for more', () => {
    expect(run({}, ['passing', 'critical', 'warning', 'passing'])).toEqual([
      'passing',
      'critical',
      'warning',
      'passing',
    ]);
  });

  it('takes the first result at once, whatever the thresholds', () => {
    expect(run({ successBeforePassing: 3 }, ['passing'])).toEqual(['passing']);
    expect(run({ failuresBeforeCritical: 3, failuresBeforeWarning: 3 }, ['critical'])).toEqual(['critical']);
  });

  it('waits for so many successes after a failure', () => {
    expect(run({ successBeforePassing: 2 }, ['critical', 'passing', 'warning', 'passing'])).toEqual([
      'critical',
      undefined,
      undefined,
      'passing',
    ]);
  });

  it('goes through a warning to critical', () => {
    const thresholds = { failuresBeforeWarning: 1, failuresBeforeCritical: 2 };
    expect(run(thresholds, ['passing', 'critical', 'critical', 'critical'])).toEqual([
      'passing',
      undefined,
      'warning',
      'critical',
    ]);
  });

  it('says nothing while a check flaps', () => {
    const thresholds = { successBeforePassing: 2, failuresBeforeWarning: 2, failuresBeforeCritical: 2 };
    expect(run(thresholds, ['passing', 'critical', 'passing', 'critical', 'passing'])).toEqual([
      'passing',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
