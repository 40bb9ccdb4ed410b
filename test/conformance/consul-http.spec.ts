// What Consul 1.21.4 answered to each of these requests, and what we answer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../consul-api.js';
import { difference } from './expectation.js';
import { loadSuite, setUp, type SetupRequest } from './suite.js';

interface Case {
  readonly id: string;
  readonly request: SetupRequest;
  readonly expect: unknown;
  readonly before?: readonly (SetupRequest | { readonly sleep: number })[];
  readonly after?: readonly SetupRequest[];
}

const suite = loadSuite<Case>('consul-http');

/** The case's own request; its body may be no JSON. */
async function ask(url: string, { method, path, body }: SetupRequest) {
  const json = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url + path, { method, ...json });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text, json: jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe('Consul answers', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
    await setUp(api.url, suite.setup);
  });
  afterAll(() => api.stop());

  it.each(suite.cases)('$id', async (recorded) => {
    // Consul's agent and catalog agree after a while, for which recorded cases sleep; ours are one, so nothing is waited for.
    const before = (recorded.before ?? []).filter((step) => 'method' in step);
    await setUp(api.url, before);
    const found = difference(recorded.expect, await ask(api.url, recorded.request));
    await setUp(api.url, recorded.after ?? []);
    expect(found).toBeUndefined();
  });
});
