import { describe, expect, it } from 'vitest';
import { loadConfig } from '#libs/config';
import { ownNode } from './own-node.js';

const ID = '6F5C1F3E-0C1A-4D1E-9A51-0D2F3B4C5D6E';

describe('ownNode', () => {
  it('says what Consul says of its own, and what is configured', () => {
    const env = {
      SIGNPOST_RESOLVER_NODE_NAME: 'n1',
      SIGNPOST_RESOLVER_NODE_ID: ID,
      SIGNPOST_RESOLVER_ADVERTISE_ADDRESS: '2001:db8::1',
      SIGNPOST_RESOLVER_NODE_META: 'zone=a, consul-network-segment=x',
    };
    expect(ownNode(loadConfig({ env }))).toMatchObject({
      name: 'n1',
      id: ID.toLowerCase(),
      taggedAddresses: { lan: '2001:db8::1', lan_ipv6: '2001:db8::1' },
      meta: { 'consul-network-segment': 'x', 'consul-version': '1.21.4', zone: 'a' },
    });
  });
});
