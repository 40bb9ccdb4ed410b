import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

describe('?near', () => {
  let api: ConsulApi;
  beforeAll(async () => {
    api = await startConsulApi();
    for (const Node of ['a', 'node1', 'z']) {
      const body = JSON.stringify({
        Node,
        Address: '10.0.0.1',
        Service: { Service: 'web' },
        Check: { Name: 'c', ServiceID: 'web' },
      });
      await fetch(`${api.url}/v1/catalog/register`, { method: 'PUT', body });
    }
  });
  afterAll(() => api.stop());

  async function order(path: string): Promise<string[]> {
    const answer = (await (await fetch(api.url + path)).json()) as { Node: string | { Node: string } }[];
    return answer.map(({ Node }) => (typeof Node === 'string' ? Node : Node.Node));
  }

  const paths = ['/v1/catalog/nodes', '/v1/catalog/service/web', '/v1/health/service/web', '/v1/health/checks/web'];

  it.each(paths)('our own node comes first in %s', async (path) => {
    expect(await order(`${path}?near=_agent`)).toEqual(['node1', 'a', 'z']);
    expect(await order(`${path}?near=NODE1`)).toEqual(['node1', 'a', 'z']);
  });

  it.each(paths)('a node without coordinates leaves the order of %s', async (path) => {
    expect(await order(path)).toEqual(['a', 'node1', 'z']);
    expect(await order(`${path}?near=z`)).toEqual(['a', 'node1', 'z']);
    expect(await order(`${path}?near=`)).toEqual(['a', 'node1', 'z']);
  });

  it('orders checks in a state', async () => {
    expect(await order('/v1/health/state/critical?near=_agent')).toEqual(['node1', 'a', 'z']);
  });
});
