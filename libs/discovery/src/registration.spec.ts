import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, FakeClock } from '#libs/testing';
import { Discovery } from './discovery.js';

const TTL = 9_000;
const log = pino({ level: 'silent' });

/** A registry that forgets everything when it restarts, on a real port. */
class StubRegistry {
  readonly services = new Map<string, Record<string, unknown>>();
  readonly requests: string[] = [];
  /** Answers instead of the usual ones, the next first. */
  readonly answers: { status: number; text: string }[] = [];
  /** Whether requests are left without an answer, and how many of them are waiting. */
  silent = false;
  forgetful = false;
  held = 0;
  private server: Server | undefined;
  port = 0;

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.services.clear();
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
    const path = decodeURIComponent(request.url!);
    this.requests.push(`${request.method} ${path}`);
    if (this.silent) {
      this.held += 1;
      response.on('close', () => (this.held -= 1));
      return;
    }
    const canned = this.answers.shift();
    const { status, text } = canned ?? this.act(path, body);
    response.writeHead(status).end(text);
  }

  private act(path: string, body: string): { status: number; text: string } {
    if (path.startsWith('/v1/agent/service/register')) {
      const service = JSON.parse(body) as Record<string, unknown>;
      if (!this.forgetful) this.services.set(String(service['ID']), service);
      return { status: 200, text: '' };
    }
    const id = path.split('/').at(-1)!.replace('service:', '');
    if (!this.services.has(id)) return { status: 404, text: `Unknown check ID "service:${id}".` };
    if (path.includes('/deregister/')) this.services.delete(id);
    return { status: 200, text: '' };
  }
}

let registry: StubRegistry;
let clock: FakeClock;
let discovery: Discovery;
/** Calls that wait for an answer: time stands still until they have it, unless the registry holds it back. */
let underWay: number;

beforeEach(async () => {
  registry = new StubRegistry();
  await registry.start();
  clock = new FakeClock();
  underWay = 0;
  const registryUrl = `http://127.0.0.1:${registry.port}`;
  discovery = new Discovery({ registryUrl, clock, log, random: () => 0, fetch: countedFetch });
});

afterEach(async () => {
  await registry.stop();
  await discovery.stop();
});

const countedFetch: typeof fetch = async (...args) => {
  underWay += 1;
  try {
    return await fetch(...args);
  } finally {
    underWay -= 1;
  }
};

function register() {
  return discovery.register({ name: 'blog', address: '127.0.0.1', port: 8000, ttl: TTL });
}

const STEP_MS = 50;

/** Moves time on in small steps until `done` holds; gives the time it took. */
async function advanceUntil(what: string, done: () => boolean, withinMs: number): Promise<number> {
  const start = clock.monotonic();
  for (;;) {
    await eventually('the answers', 5_000, () => done() || underWay <= registry.held);
    await clock.advance(0);
    const waited = clock.monotonic() - start;
    if (done()) return waited;
    if (underWay > registry.held) continue;
    if (waited > withinMs) throw new Error(`not within ${withinMs} ms: ${what}; ${registry.requests.join(', ')}`);
    await clock.advance(STEP_MS);
  }
}

describe('a registration', () => {
  it('registers with a TTL check that passes from the start, and says so again', async () => {
    const registration = register();
    await advanceUntil('the first heartbeat', () => registry.requests.length === 2, 0);
    const [[id, service]] = [...registry.services] as [[string, Record<string, unknown>]];
    expect(id).toMatch(/^blog-.+-8000$/);
    expect(service).toEqual({
      ID: id,
      Name: 'blog',
      Address: '127.0.0.1',
      Port: 8000,
      Tags: [],
      Meta: {},
      Check: { CheckID: `service:${id}`, TTL: '9s', Status: 'passing', DeregisterCriticalServiceAfter: '10m0s' },
    });
    expect(registry.requests).toEqual([
      'PUT /v1/agent/service/register?replace-existing-checks=true',
      `PUT /v1/agent/check/pass/service:${id}`,
    ]);
    expect(registration.isRegistered).toBe(true);
  });

  it('sends a heartbeat each third of the TTL, and no second registration', async () => {
    register();
    await advanceUntil('the first heartbeat', () => registry.requests.length === 2, 0);
    const waited = await advanceUntil('three more', () => registry.requests.length === 5, 10_000);
    expect(waited).toBeGreaterThanOrEqual(8_000);
    expect(registry.requests.filter((request) => request.includes('register'))).toHaveLength(1);
  });

  it('registers again at once when the registry has lost it', async () => {
    const registration = register();
    await advanceUntil('the first heartbeat', () => registry.requests.length === 2, 0);
    registry.services.clear();
    await advanceUntil('the next heartbeat', () => registry.requests.length === 3, 3_100);
    expect(await advanceUntil('the registration', () => registry.services.size === 1, 100)).toBeLessThanOrEqual(50);
    await advanceUntil('its heartbeat', () => registration.isRegistered, 100);
  });

  it.each([
    ['an unknown check', 404, 'Unknown check ID "x".'],
    ['a check of another kind', 500, 'CheckID "x" does not have associated TTL'],
  ])('takes %s as lost', async (_, status, text) => {
    register();
    await advanceUntil('the first heartbeat', () => registry.requests.length === 2, 0);
    registry.answers.push({ status, text });
    await advanceUntil('a second registration', () => registry.requests.length === 5, 3_200);
    expect(registry.requests.filter((request) => request.includes('register'))).toHaveLength(2);
  });

  it('does not mind a registry that is not there yet, and finds it within a second once it is', async () => {
    await registry.stop();
    const registration = register();
    await advanceUntil('some tries', () => clock.monotonic() >= 500, 600);
    expect(registration.isRegistered).toBe(false);
    await registry.start();
    expect(await advanceUntil('the registration', () => registry.services.size === 1, 1_100)).toBeLessThanOrEqual(
      1_000,
    );
  });

  it('is back within a second of a registry that was away and forgot it', async () => {
    register();
    await advanceUntil('the first heartbeat', () => registry.requests.length === 2, 0);
    await registry.stop();
    await advanceUntil('a failed heartbeat', () => clock.monotonic() >= 4_000, 5_000);
    await registry.start();
    expect(await advanceUntil('the registration', () => registry.services.size === 1, 1_100)).toBeLessThanOrEqual(
      1_000,
    );
  });

  it('gives up a call that is not answered within a second, and tries on', async () => {
    registry.silent = true;
    register();
    const waited = await advanceUntil('the second try', () => registry.requests.length === 2, 2_000);
    expect(waited).toBeGreaterThanOrEqual(1_000);
    registry.silent = false;
    await advanceUntil('the registration', () => registry.services.size === 1, 2_200);
  });

  it('does not ask a registry that forgets at once in a circle', async () => {
    registry.forgetful = true;
    register();
    await advanceUntil('some tries', () => clock.monotonic() >= 10_000, 11_000);
    expect(registry.requests.length).toBeLessThan(35);
  });

  it('does not hammer a registry that refuses it', async () => {
    registry.answers.push(...Array.from({ length: 50 }, () => ({ status: 400, text: 'Missing service name' })));
    register();
    await advanceUntil('two tries', () => registry.requests.length === 2, 10_000);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(TTL - 50);
  });
});

describe('stop', () => {
  it('takes the service out, and sends nothing more', async () => {
    register();
    await advanceUntil('the first heartbeat', () => registry.requests.length === 2, 0);
    await discovery.stop();
    expect(registry.services.size).toBe(0);
    const sent = registry.requests.length;
    await clock.advance(60_000);
    expect(registry.requests).toHaveLength(sent);
  });

  it('leaves nothing behind when a registration is under way', async () => {
    register();
    await discovery.stop();
    expect(registry.services.size).toBe(0);
    expect(registry.requests.at(-1)).toMatch(/deregister/);
  });

  it('ends although the registry is away', async () => {
    register();
    await advanceUntil('the first heartbeat', () => registry.requests.length === 2, 0);
    await registry.stop();
    await expect(discovery.stop()).resolves.toBeUndefined();
  });
});
