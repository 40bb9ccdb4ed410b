import { HealthIndicatorService } from '@nestjs/terminus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProbe } from './probe.js';

describe('runProbe', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A probe that counts how often it really looks. */
  function counting(cacheMs?: number) {
    const seen = { looks: 0 };
    const check = () => void seen.looks++;
    return { seen, probe: { name: 'counting', check, ...(cacheMs !== undefined && { cacheMs }) } };
  }

  it('asks once in a second, however many ask, and again after that', async () => {
    const indicators = new HealthIndicatorService();
    const { seen, probe } = counting();
    await Promise.all([runProbe(indicators, probe), runProbe(indicators, probe)]);
    vi.advanceTimersByTime(999);
    await runProbe(indicators, probe);
    expect(seen.looks).toBe(1);
    vi.advanceTimersByTime(1);
    await runProbe(indicators, probe);
    expect(seen.looks).toBe(2);
  });

  it('looks each time at what costs nothing', async () => {
    const indicators = new HealthIndicatorService();
    const { seen, probe } = counting(0);
    for (let i = 0; i < 3; i++) await runProbe(indicators, probe);
    expect(seen.looks).toBe(3);
  });

  it('takes a check that throws at once as failed', async () => {
    const check = () => {
      throw new Error('no');
    };
    const result = await runProbe(new HealthIndicatorService(), { name: 'thrower', check });
    expect(result).toEqual({ name: 'thrower', status: 'down', cause: 'no' });
  });
});

describe('a check that hangs', () => {
  it('is given up, and told so', async () => {
    let given: AbortSignal | undefined;
    const check = (signal: AbortSignal) => new Promise<void>(() => (given = signal));
    const { status, cause } = await runProbe(new HealthIndicatorService(), { name: 'stuck', check });
    expect([status, cause, given!.aborted]).toEqual(['down', 'timeout of 800ms exceeded', true]);
  });
});
