// The resolver is killed with -9 at random points under load, again and again on the same data: what it acknowledged must be there.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';
import { Ledger } from './ledger.js';
import { readIndexes, readStored, write } from './load.js';
import { startLyingProxy } from './lying-proxy.js';

/** Given by `make chaos`, which also wants to know how long it took. */
const ASKED = process.env.CHAOS_ROUNDS;
const ROUNDS = Number(ASKED ?? 20);
const WRITERS = 8;
const TIMEOUT = 120_000 + ROUNDS * 10_000;

/** A resolver that is started again each time it was killed. */
class Victim {
  url = '';
  readonly #env: Record<string, string>;
  #program: TestProgram | undefined;
  #indexes = new Map<string, number>();

  constructor(folder: string) {
    this.#env = {
      SIGNPOST_RESOLVER_HTTP_PORT: '0',
      SIGNPOST_RESOLVER_DNS_PORT: '0',
      SIGNPOST_RESOLVER_DATA_DIR: join(folder, 'resolver'),
    };
  }

  /** @returns milliseconds until it was ready */
  async start(): Promise<number> {
    const began = performance.now();
    this.#program = TestProgram.start('resolver', this.#env);
    this.url = (await this.#program.ready()).endpoints['registry']!;
    return performance.now() - began;
  }

  /** A start that does not get far. */
  async startInVain(): Promise<void> {
    this.#program = TestProgram.start('resolver', this.#env);
    await sleep(Math.random() * 500);
    await this.kill();
  }

  async kill(): Promise<void> {
    await this.#program?.end('SIGKILL');
  }

  /** @throws AssertionError when an index is lower than it was at the last look, whatever happened in between */
  async checkIndexes(): Promise<void> {
    const indexes = await readIndexes(this.url);
    for (const [path, index] of indexes) {
      expect([path, index]).toEqual([path, Math.max(index, this.#indexes.get(path) ?? 1)]);
    }
    this.#indexes = indexes;
  }
}

describe('after kill -9', () => {
  let folder: ReturnType<typeof tempFolder>;
  let victims: Victim[];
  let ledger: Ledger;
  beforeEach(() => {
    folder = tempFolder();
    victims = [new Victim(folder.path), new Victim(folder.path)];
    ledger = new Ledger();
  });
  afterEach(async () => {
    for (const victim of victims) await victim.kill();
    folder.remove();
  });

  /** Writers at work. @returns what stops them, and rejects when one of them was refused something */
  function load(urls: readonly string[]): () => Promise<void> {
    const stop = new AbortController();
    const writers = Array.from({ length: WRITERS }, (_, i) => write(urls[i % urls.length]!, i, ledger, stop.signal));
    const ended = Promise.allSettled(writers);
    return async () => {
      stop.abort();
      const refused = (await ended).find(({ status }) => status === 'rejected');
      if (refused) throw (refused as PromiseRejectedResult).reason;
    };
  }

  const randomMoment = () => sleep(20 + Math.random() * 150);

  it(`nothing acknowledged is missing or half there, ${ROUNDS} times`, { timeout: TIMEOUT }, async () => {
    const [victim] = victims as [Victim];
    const times = [await victim.start()];
    for (let round = 0; round < ROUNDS; round++) {
      const stop = load([victim.url]);
      await randomMoment();
      await victim.kill();
      await stop();
      if (round % 5 === 0) await victim.startInVain();
      times.push(await victim.start());
      const stored = await readStored(victim.url);
      expect(ledger.compare(stored)).toEqual([]);
      await victim.checkIndexes();
      ledger.settle(stored);
    }
    expect(ledger.size).toBeGreaterThan(0);
    if (ASKED) report('ready again after kill -9', times.slice(1));
  });

  it('of one of two over the same data, the other misses nothing and goes on', { timeout: TIMEOUT }, async () => {
    await Promise.all(victims.map((victim) => victim.start()));
    const times = [];
    for (let round = 0; round < ROUNDS / 2; round++) {
      const [dying, surviving] = Math.random() < 0.5 ? victims : victims.toReversed();
      const stop = load(victims.map(({ url }) => url));
      await randomMoment();
      await dying!.kill();
      await randomMoment();
      await stop();
      const began = performance.now();
      await eventually('all that was acknowledged', 10_000, async () => {
        expect(ledger.compare(await readStored(surviving!.url))).toEqual([]);
        return true;
      });
      times.push(performance.now() - began);
      await dying!.start();
      const stored = await readStored(dying!.url);
      expect(ledger.compare(stored)).toEqual([]);
      for (const victim of victims) await victim.checkIndexes();
      ledger.settle(stored);
    }
    if (ASKED) report('all seen by the other after kill -9', times);
  });

  it('a lost write would be noticed', { timeout: TIMEOUT }, async () => {
    const [victim] = victims as [Victim];
    await victim.start();
    const proxy = await startLyingProxy(victim.url);
    const stop = load([proxy.url]);
    await proxy.lied;
    await randomMoment();
    await victim.kill();
    // A writer that was quick met it already: a report on a service that is not there.
    const told = await stop().catch((error: Error) => error.message);
    await proxy.stop();
    await victim.start();
    expect([told ?? '', ...ledger.compare(await readStored(victim.url))].join()).not.toBe('');
  });
});

function report(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b).map(Math.round);
  const [median, worst] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  console.log(`${what}: median ${median} ms, worst ${worst} ms, ${sorted.length} rounds`);
}
