// The resolver is killed with -9 at random points under load, again and again on the same data: what it acknowledged must be there.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { tempFolder, TestProgram } from '#libs/testing';

const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 20);
const WRITERS = 8;

/** What the server has acknowledged: the port of each service, or null once it was deregistered. */
type Acknowledged = Map<string, number | null>;

interface Entry {
  readonly Service: { readonly ID: string; readonly Port?: number };
  readonly Checks: readonly { readonly CheckID: string; readonly Status: string }[];
}

async function put(url: string, body?: unknown): Promise<boolean> {
  const answer = await fetch(url, { method: 'PUT', ...(body !== undefined && { body: JSON.stringify(body) }) });
  await answer.arrayBuffer();
  return answer.ok;
}

/** Registers, changes and deregisters services until the server dies. What was under way then may have happened or not. */
async function write(url: string, writer: number, acknowledged: Acknowledged, unsure: Set<string>): Promise<void> {
  for (let port = 1; ; port = (port % 60_000) + 1) {
    const id = `w${writer}-${port % 5}`;
    const remove = port % 7 === 0 && typeof acknowledged.get(id) === 'number';
    unsure.add(id);
    try {
      const body = { Name: 'load', ID: id, Port: port, Check: { TTL: '1h', Status: 'passing' } };
      const done = remove
        ? await put(`${url}/v1/agent/service/deregister/${id}`)
        : await put(`${url}/v1/agent/service/register`, body);
      if (!done) throw new Error(`the server refused ${id}`);
    } catch (error) {
      if (error instanceof TypeError) return; // fetch: the connection broke
      throw error;
    }
    acknowledged.set(id, remove ? null : port);
    unsure.delete(id);
  }
}

describe('after kill -9', () => {
  const folder = tempFolder();
  let resolver: TestProgram | undefined;
  afterAll(async () => {
    await resolver?.end();
    folder.remove();
  });

  async function start(): Promise<string> {
    resolver = TestProgram.start('resolver', {
      SIGNPOST_RESOLVER_HTTP_PORT: '0',
      SIGNPOST_RESOLVER_DNS_PORT: '0',
      SIGNPOST_RESOLVER_DATA_DIR: join(folder.path, 'resolver'),
    });
    return (await resolver.ready()).endpoints['registry']!;
  }

  it(
    `nothing acknowledged is missing or half there, ${ROUNDS} times`,
    async () => {
      const acknowledged: Acknowledged = new Map();
      let lastIndex = 0;
      let url = await start();
      for (let round = 0; round < ROUNDS; round++) {
        const unsure = new Set<string>();
        const writers = Array.from({ length: WRITERS }, (_, i) => write(url, i, acknowledged, unsure));
        await sleep(20 + Math.random() * 150);
        await resolver!.end('SIGKILL');
        await Promise.all(writers);

        url = await start();
        const answer = await fetch(`${url}/v1/health/service/load`);
        const stored = new Map(((await answer.json()) as Entry[]).map((entry) => [entry.Service.ID, entry]));
        for (const [id, port] of acknowledged) {
          if (!unsure.has(id)) expect([id, stored.get(id)?.Service.Port ?? null]).toEqual([id, port]);
        }
        for (const { Service, Checks } of stored.values()) {
          const own = Checks.filter(({ CheckID }) => CheckID === `service:${Service.ID}`);
          expect(own).toMatchObject([{ Status: 'passing' }]);
        }
        const index = Number(answer.headers.get('x-consul-index'));
        expect(index).toBeGreaterThanOrEqual(lastIndex);
        lastIndex = index;
        // The next round starts from what is there.
        for (const id of unsure) acknowledged.set(id, stored.get(id)?.Service.Port ?? null);
      }
      expect(acknowledged.size).toBeGreaterThan(0);
    },
    120_000 + ROUNDS * 3_000,
  );
});
