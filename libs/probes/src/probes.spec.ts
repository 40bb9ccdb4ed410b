import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FakeClock, tempFolder } from '#libs/testing';
import { diskProbe } from './disk.js';
import { eventLoopProbe } from './event-loop.js';
import { FailureLog } from './failure-log.js';
import { listenerProbe } from './listener.js';
import { Shutdown } from './shutdown.js';

const signal = AbortSignal.timeout(10_000);

describe('eventLoopProbe', () => {
  it('fails while most turns are slow, and forgets them at each look', () => {
    let median = 1_001;
    let resets = 0;
    const probe = eventLoopProbe({ percentile: (p) => (p === 50 ? median * 1e6 : NaN), reset: () => void resets++ });
    expect(() => probe.check(signal)).toThrow('most turns of the event loop take more than 1000 ms');
    median = 1_000;
    expect(() => probe.check(signal)).not.toThrow();
    expect(resets).toBe(2);
  });

  it('lets this process be', () => {
    expect(() => eventLoopProbe().check(signal)).not.toThrow();
  });
});

describe('diskProbe', () => {
  it('fails when less is free than asked for, and never where nothing is stored', async () => {
    const folder = tempFolder();
    await expect(diskProbe(folder.path, 0).check(signal)).resolves.toBeUndefined();
    await expect(diskProbe(folder.path, Infinity).check(signal)).rejects.toThrow('less than Infinity MiB are free');
    await expect(diskProbe(`${folder.path}/none`, Infinity).check(signal)).resolves.toBeUndefined();
    folder.remove();
  });
});

describe('listenerProbe', () => {
  it('fails while the port is closed', () => {
    expect(() => listenerProbe(() => false).check(signal)).toThrow('the HTTP port is not open');
    expect(() => listenerProbe(() => true).check(signal)).not.toThrow();
  });
});

describe('Shutdown', () => {
  it('fails from its beginning on, and waits for as long as it is told', async () => {
    const clock = new FakeClock();
    const shutdown = new Shutdown();
    expect(() => shutdown.check()).not.toThrow();
    shutdown.begin();
    expect(() => shutdown.check()).toThrow('process is shutting down');
    let waited = false;
    void shutdown.wait(clock, 1_000).then(() => (waited = true));
    await clock.advance(999);
    expect(waited).toBe(false);
    await clock.advance(1);
    expect(waited).toBe(true);
    await shutdown.wait(clock, 0);
  });
});

describe('FailureLog', () => {
  it('has a line when a probe begins to fail, fails in another way, and passes again', () => {
    const lines: { msg: string }[] = [];
    const log = new FailureLog(
      pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as { msg: string }) }),
    );
    log.tell({ name: 'a', status: 'up' });
    for (const cause of ['x', 'x', 'y']) log.tell({ name: 'a', status: 'down', cause });
    log.tell({ name: 'a', status: 'excluded' });
    log.tell({ name: 'b', status: 'degraded', cause: 'x' });
    log.tell({ name: 'a', status: 'up' });
    log.tell({ name: 'a', status: 'up' });
    expect(lines).toMatchObject([
      { level: 40, probe: 'a', status: 'down', cause: 'x', msg: 'probe failed' },
      { level: 40, probe: 'a', status: 'down', cause: 'y', msg: 'probe failed' },
      { level: 40, probe: 'b', status: 'degraded', cause: 'x', msg: 'probe failed' },
      { level: 30, probe: 'a', msg: 'probe passes again' },
    ]);
  });
});
