import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#libs/time';
import type { Instance } from './agent.js';
import { Discovery } from './discovery.js';
import { pickInstance } from './pick.js';

function instance(id: string, weight: number): Instance {
  return { id, service: 'web', node: 'n', address: '10.0.0.1', port: 80, tags: [], meta: {}, weight };
}

describe('pickInstance', () => {
  const instances = [instance('a', 1), instance('none', 0), instance('b', 3)];

  it.each([
    [0, 'a'],
    [0.24, 'a'],
    [0.25, 'b'],
    [0.99, 'b'],
  ])('gives each its share: %d is %s', (random, id) => {
    expect(pickInstance(instances, () => random)?.id).toBe(id);
  });

  it('has nothing to pick from none', () => {
    expect(pickInstance([])).toBeUndefined();
    expect(pickInstance([instance('a', 0)])).toBeUndefined();
  });
});

describe('healthyInstances', () => {
  it('reads what the registry knows, and takes the address of the node for a service without one', async () => {
    const answer = [
      {
        Node: { Node: 'n1', Address: '10.0.0.5' },
        Service: { ID: 'a', Service: 'web', Address: '', Port: 80, Tags: null },
      },
      {
        Node: { Node: 'n1', Address: '10.0.0.5' },
        Service: {
          ID: 'b',
          Service: 'web',
          Address: '10.0.0.9',
          Tags: ['x'],
          Meta: { k: 'v' },
          Weights: { Passing: 5 },
        },
      },
    ];
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url!);
      response.end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const registryUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const discovery = new Discovery({
      registryUrl,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      random: () => 0.9,
    });
    try {
      expect(await discovery.healthyInstances('we/b')).toEqual([
        { id: 'a', service: 'web', node: 'n1', address: '10.0.0.5', port: 80, tags: [], meta: {}, weight: 1 },
        { id: 'b', service: 'web', node: 'n1', address: '10.0.0.9', port: 0, tags: ['x'], meta: { k: 'v' }, weight: 5 },
      ]);
      expect(paths).toEqual(['/v1/health/service/we%2Fb?passing']);
      expect((await discovery.pick('web'))?.id).toBe('b');
    } finally {
      server.close();
    }
  });
});
