// What fast-check's scheduler finds of races: every await of a store's write ends in an order that it chooses, and a failing order is
// made short and printed. `make race` tries more of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from '#libs/observability';
import { aCheck, anInstance, aNode, FakeClock, MemoryStore } from '#libs/testing';
import { Registry } from '../src/registry.js';

const RUNS = Number(process.env['RACE_RUNS'] ?? 200);
const log = createLogger({ level: 'silent', format: 'json' }, 'test');

/** Two registries over one store, as two processes have them. */
class Two {
  readonly clock = new FakeClock();
  readonly registries: Registry[] = [];
  readonly #scheduler: fc.Scheduler;

  private constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  static async start(scheduler: fc.Scheduler): Promise<Two> {
    const two = new Two(scheduler);
    const store = new MemoryStore();
    const stores = [store, new MemoryStore(store)];
    for (const each of stores) await two.#add(each);
    await two.registries[0]!.commit((draft) => {
      draft.putInstance(anInstance({ port: 0 }));
      draft.putCheck(
        aCheck({
          id: 'c',
          serviceId: 'web-1',
          probe: { type: 'ttl', ttl: 10_000, outputMaxSize: 4096, deregisterCriticalServiceAfter: 0 },
        }),
      );
    });
    await two.clock.advance(0);
    for (const each of stores) each.beforeWrite = () => scheduler.schedule(Promise.resolve(), 'write');
    return two;
  }

  port(of: number): number {
    return this.registries[of]!.catalog.instance('node1', 'web-1')!.instance.port;
  }

  /** Starts each step when the scheduler says so, and waits for all of them. */
  async run(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
    const started = steps.map((step, i) => this.#scheduler.schedule(Promise.resolve(), `step ${i}`).then(step));
    await this.#scheduler.waitFor(Promise.all(started));
    await this.clock.advance(0);
  }

  async stop(): Promise<void> {
    const stopped = Promise.all(this.registries.map((registry) => registry.stop()));
    await this.#scheduler.waitFor(stopped);
  }

  async #add(store: MemoryStore): Promise<void> {
    const registry = new Registry({ store, clock: this.clock, log, node: aNode(), random: () => 0.5 });
    await registry.start();
    this.registries.push(registry);
  }
}

/** Each entry is a step, taken by the registry of that number. */
const byWhom = fc.array(fc.nat({ max: 1 }), { minLength: 2, maxLength: 6 });

type Increment = (registry: Registry) => Promise<unknown>;

/** Whether no order of writes loses one of several increments. */
async function keepsAll(increment: Increment): Promise<boolean> {
  const property = fc.asyncProperty(fc.scheduler(), byWhom, async (scheduler, steps) => {
    const two = await Two.start(scheduler);
    try {
      await two.run(steps.map((of) => () => increment(two.registries[of]!)));
      return two.port(0) === steps.length && two.port(1) === steps.length;
    } finally {
      await two.stop();
    }
  });
  return !(await fc.check(property, { numRuns: RUNS })).failed;
}

describe('changes of two processes at once', () => {
  it('lose none of each other', async () => {
    const inDraft: Increment = (registry) =>
      registry.commit((draft) => draft.putInstance(anInstance({ port: draft.instance('node1', 'web-1')!.port + 1 })));
    expect(await keepsAll(inDraft)).toBe(true);
  });

  it('would, if they were decided on what was read before: the harness notices', async () => {
    const outside: Increment = (registry) => {
      const { port } = registry.catalog.instance('node1', 'web-1')!.instance;
      return registry.commit((draft) => draft.putInstance(anInstance({ port: port + 1 })));
    };
    expect(await keepsAll(outside)).toBe(false);
  });
});

describe('reports of a check', () => {
  it('leave the status that was told last, however long the disk takes', async () => {
    const statuses = fc.array(fc.constantFrom('passing', 'warning', 'critical'), { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), statuses, async (scheduler, told) => {
        const two = await Two.start(scheduler);
        const [one] = two.registries;
        const reports = told.map((status) => one!.checks.report('c', { status, output: '' }));
        await scheduler.waitFor(Promise.all(reports));
        await two.clock.advance(0);
        const found = two.registries.map(({ catalog }) => catalog.check('node1', 'c')!.check.status);
        await two.stop();
        expect(found).toEqual([told.at(-1), told.at(-1)]);
      }),
      { numRuns: RUNS },
    );
  });
});
