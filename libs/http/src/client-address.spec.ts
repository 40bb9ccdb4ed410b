import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { clientAddresses } from './client-address.js';

const headers = { 'x-forwarded-for': '192.0.2.7, 10.1.2.3' };

it.each([
  ['that of the connection', [], '10.0.0.1', '10.0.0.1'],
  ['the last one that is no trusted proxy', ['10.0.0.0/8'], '10.0.0.1', '192.0.2.7'],
  ['that of the connection, when that is no trusted proxy', ['10.0.0.0/8'], '198.51.100.1', '198.51.100.1'],
  ['empty, when the connection is gone', [], undefined, ''],
  ['empty, when the connection of a proxy is gone', ['10.0.0.0/8'], undefined, ''],
])('the address of a client is %s', (_, trustedProxies, remoteAddress, address) => {
  const request = { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
  expect(clientAddresses(trustedProxies)(request)).toBe(address);
});
