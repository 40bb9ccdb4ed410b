import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.js';

describe('FakeClock', () => {
  it('fires what falls due, in order, and nothing later', async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.after(20, () => fired.push(`b at ${clock.monotonic()}`));
    clock.after(10, () => fired.push(`a at ${clock.monotonic()}`));
    clock.after(31, () => fired.push('too late'));
    await clock.advance(30);
    expect(fired).toEqual(['a at 10', 'b at 20']);
    expect(clock.monotonic()).toBe(30);
  });

  it('fires an interval each time and stops when cancelled', async () => {
    const clock = new FakeClock();
    let count = 0;
    const timer = clock.every(10, () => count++);
    await clock.advance(35);
    timer.cancel();
    await clock.advance(100);
    expect(count).toBe(3);
  });

  it('lets promises run between two timers', async () => {
    const clock = new FakeClock();
    const order: string[] = [];
    clock.after(1, () => void Promise.resolve().then(() => clock.after(1, () => order.push('second'))));
    clock.after(3, () => order.push('third'));
    await clock.advance(5);
    expect(order).toEqual(['second', 'third']);
  });

  it('fires late, and an interval once, after the process was stopped', async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.every(10, () => fired.push(`each at ${clock.monotonic()}`));
    clock.after(5, () => fired.push(`once at ${clock.monotonic()}`));
    await clock.stall(35);
    await clock.advance(10);
    expect(fired).toEqual(['once at 35', 'each at 35', 'each at 45']);
  });
});
