import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '#libs/testing';
import { Breaker } from './breaker.js';

describe('Breaker', () => {
  let clock: FakeClock;
  let breaker: Breaker;
  let recover: () => Promise<void>;
  let tries: number[];
  let told: string[];
  beforeEach(() => {
    clock = new FakeClock();
    tries = [];
    told = [];
    recover = () => Promise.resolve();
    breaker = new Breaker({
      clock,
      recover: () => {
        tries.push(clock.monotonic());
        return recover();
      },
      onOpen: (reason) => told.push(`open: ${reason}`),
      onClosed: () => told.push('closed'),
    });
  });

  const fail = () => Promise.reject(new Error('still away'));

  it('is open until the first try went well', async () => {
    expect(breaker.state).toBe('open');
    breaker.retryNow();
    expect(breaker.state).toBe('half-open');
    await clock.advance(0);
    expect(breaker.state).toBe('closed');
    expect([told, breaker.opened]).toEqual([['closed'], 0]);
  });

  it('opens at the first failure, and closes when it has recovered', async () => {
    breaker.retryNow();
    await clock.advance(0);
    breaker.open('no answer');
    breaker.open('no answer');
    expect([breaker.state, breaker.opened]).toEqual(['open', 1]);
    await clock.advance(99);
    expect(breaker.state).toBe('open');
    await clock.advance(1);
    expect(breaker.state).toBe('closed');
    expect(told).toEqual(['closed', 'open: no answer', 'closed']);
  });

  it('waits longer after each failed try, up to a second, and tells once', async () => {
    recover = fail;
    breaker.retryNow();
    await clock.advance(5_000);
    const waits = tries.map((at, i) => at - (tries[i - 1] ?? 0));
    expect(waits).toEqual([0, 100, 200, 400, 800, 1_000, 1_000, 1_000]);
    expect(told).toEqual(['open: still away']);
    recover = () => Promise.resolve();
    await clock.advance(1_000);
    breaker.open('again');
    await clock.advance(100);
    expect(told).toEqual(['open: still away', 'closed', 'open: again', 'closed']);
  });

  it('tries at once when there is a sign, and only once', async () => {
    recover = fail;
    breaker.retryNow();
    await clock.advance(1);
    recover = () => Promise.resolve();
    breaker.retryNow();
    breaker.retryNow();
    await clock.advance(1_000);
    expect(tries).toEqual([0, 1]);
    expect(breaker.state).toBe('closed');
  });

  it('stays open when something fails while it recovers', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    recover = () => promise;
    breaker.retryNow();
    breaker.open('failed meanwhile');
    resolve();
    await clock.advance(0);
    expect(breaker.state).toBe('open');
    expect(told).toEqual(['open: failed meanwhile']);
  });

  it('does nothing more once it is stopped', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    recover = () => promise;
    breaker.retryNow();
    breaker.stop();
    resolve();
    await clock.advance(10_000);
    breaker.retryNow();
    expect([breaker.state, tries.length, told]).toEqual(['open', 1, []]);
  });
});
