import { HealthIndicatorService } from '@nestjs/terminus';
import { describe, expect, it } from 'vitest';
import { runProbe, runProbes, type Probe } from './probe.js';
import { reportGroup, reportOne } from './report.js';

const well: Probe = { name: 'well', group: 'inner', check: () => {} };
const ill: Probe = { name: 'ill', group: 'outer', check: () => Promise.reject(new Error('the disk is gone')) };
const limping: Probe = { ...ill, name: 'limping', degrades: true };

async function report(probes: Probe[], { verbose = false, exclude = [] as string[], unmatched = [] as string[] } = {}) {
  const results = await runProbes(new HealthIndicatorService(), probes, new Set(exclude));
  return reportGroup('readyz', results, { verbose, unmatched });
}

describe('reportGroup', () => {
  it('says ok, without a line break, when all is well', async () => {
    expect(await report([well])).toEqual({ status: 200, text: 'ok' });
  });

  it('lists the checks when asked to', async () => {
    expect(await report([well], { verbose: true })).toEqual({ status: 200, text: '[+]well ok\nreadyz check passed\n' });
  });

  it('lists the checks of a failure unasked, and withholds the reason', async () => {
    const text = '[+]well ok\n[-]ill failed: reason withheld\nreadyz check failed\n';
    expect(await report([well, ill])).toEqual({ status: 500, text });
  });

  it('passes what is degraded, and says so', async () => {
    expect(await report([well, limping])).toEqual({ status: 200, text: 'ok' });
    expect((await report([limping], { verbose: true })).text).toBe(
      '[+]limping degraded: reason withheld\nreadyz check passed\n',
    );
  });

  it('leaves out what is excluded and warns of a name that no check has', async () => {
    const { status, text } = await report([well, ill], { verbose: true, exclude: ['ill'], unmatched: ['no', 'nor'] });
    expect(status).toBe(200);
    expect(text).toBe(
      '[+]well ok\n[+]ill excluded: ok\nwarn: some health checks cannot be excluded: no matches for "no","nor"\nreadyz check passed\n',
    );
  });

  it('leaves out a group', async () => {
    const { text } = await report([well, ill], { verbose: true, exclude: ['outer'] });
    expect(text).toBe('[+]well ok\n[+]ill excluded with outer: ok\nreadyz check passed\n');
  });
});

describe('reportOne', () => {
  it.each([
    [well, 200, 'ok'],
    [ill, 500, 'internal server error: the disk is gone\n'],
    [limping, 200, 'degraded: the disk is gone\n'],
  ])('tells the cause ($name)', async (probe, status, text) => {
    expect(reportOne(await runProbe(new HealthIndicatorService(), probe))).toEqual({ status, text });
  });
});
