import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestResolver, type TestResolver } from '../../../../test/resolver.js';
import type { MetricsShape } from './shapes/metrics.js';

describe('GET /v1/agent/metrics', () => {
  let resolver: TestResolver;
  beforeAll(async () => {
    resolver = await startTestResolver();
  });
  afterAll(() => resolver.stop());

  async function metrics(): Promise<MetricsShape> {
    const answer = await fetch(`${resolver.registry}/v1/agent/metrics`);
    expect(answer.headers.get('content-type')).toBe('application/json');
    return (await answer.json()) as MetricsShape;
  }

  it('has the shape that clients of Consul decode', async () => {
    const shape = await metrics();
    expect(Object.keys(shape)).toEqual(['Timestamp', 'Gauges', 'Points', 'Counters', 'Samples']);
    // What Telegraf parses it by: 2006-01-02 15:04:05 -0700 MST.
    expect(shape.Timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC$/);
    expect(shape.Points).toEqual([]);
    expect(new Set(shape.Gauges.map((gauge) => Object.keys(gauge).sort().join()))).toEqual(
      new Set(['Labels,Name,Value']),
    );
    const samples = [...shape.Counters, ...shape.Samples];
    expect(new Set(samples.map((sample) => Object.keys(sample).sort().join()))).toEqual(
      new Set(['Count,Labels,Max,Mean,Min,Name,Rate,Stddev,Sum']),
    );
    expect(samples.filter(({ Count }) => !Number.isInteger(Count))).toEqual([]);
    // Go decodes a map of texts, and numbers that are never null.
    for (const { Name, Labels, ...numbers } of [...shape.Gauges, ...samples]) {
      expect([Name, Object.values(Labels).filter((label) => typeof label !== 'string')]).toEqual([Name, []]);
      expect([Name, Object.values(numbers).filter((number) => !Number.isFinite(number))]).toEqual([Name, []]);
    }
  });

  it('has gauges, counters and samples with their labels', async () => {
    const body = JSON.stringify({ Name: 'web', Check: { TTL: '1h', Status: 'critical' } });
    await fetch(`${resolver.registry}/v1/agent/service/register`, { method: 'PUT', body });
    const { Gauges, Counters, Samples } = await metrics();
    expect(Gauges).toContainEqual({ Name: 'signpost_registry_instances', Value: 2, Labels: {} });
    expect(Gauges).toContainEqual({ Name: 'signpost_registry_checks', Value: 1, Labels: { status: 'critical' } });
    const commits = Counters.find(({ Name }) => Name === 'signpost_registry_commits_total')!;
    expect(commits).toMatchObject({ Count: 2, Sum: 2, Min: 1, Max: 1, Mean: 1, Stddev: 0 });
    expect(commits.Rate).toBeGreaterThan(0);
    const writes = Samples.find(({ Name }) => Name === 'signpost_registry_store_write_duration_seconds')!;
    expect(writes.Count).toBe(2);
    expect(writes.Mean).toBeCloseTo(writes.Sum / 2);
    expect(writes.Min <= writes.Mean).toBe(true);
    const sizes = Samples.filter(({ Name }) => Name === 'signpost_dns_request_size_bytes');
    expect(sizes.map(({ Labels }) => Labels)).toEqual([{ proto: 'udp' }, { proto: 'tcp' }]);
  });
});

describe('PUT /v1/agent/reload', () => {
  it('does not tell the client what is inside when the fault is ours', async () => {
    const reload = () => Promise.reject(new Error('secret'));
    const resolver = await startTestResolver({ reload });
    const answer = await fetch(`${resolver.registry}/v1/agent/reload`, { method: 'PUT' });
    expect([answer.status, await answer.text()]).toEqual([500, 'internal error']);
    await resolver.stop();
  });
});
