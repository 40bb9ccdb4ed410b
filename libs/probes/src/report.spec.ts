import { describe, expect, it } from 'vitest';
import { runProbe, runProbes, type Probe } from './probe.js';
import { reportGroup, reportOne } from './report.js';

const well: Probe = { name: 'well', check: () => {} };
const ill: Probe = { name: 'ill', check: () => Promise.reject(new Error('the disk is gone')) };

async function report(probes: Probe[], { verbose = false, exclude = [] as string[], unmatched = [] as string[] } = {}) {
  return reportGroup('readyz', await runProbes(probes, new Set(exclude)), { verbose, unmatched });
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

  it('leaves out what is excluded and warns of a name that no check has', async () => {
    const { status, text } = await report([well, ill], { verbose: true, exclude: ['ill'], unmatched: ['no'] });
    expect(status).toBe(200);
    expect(text).toBe(
      '[+]well ok\n[+]ill excluded: ok\nwarn: some health checks cannot be excluded: no matches for "no"\nreadyz check passed\n',
    );
  });
});

describe('runProbe', () => {
  it('gives up on a check that hangs', async () => {
    const { cause } = await runProbe({ name: 'stuck', check: () => new Promise(() => {}) });
    expect(cause?.message).toMatch(/no result within \d+ ms/);
  });

  it('takes a check that throws at once as failed', async () => {
    const result = await runProbe({
      name: 'thrower',
      check: () => {
        throw new Error('no');
      },
    });
    expect(reportOne(result)).toEqual({ status: 500, text: 'internal server error: reason withheld\n' });
  });
});
