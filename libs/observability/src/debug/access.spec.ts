import { describe, expect, it } from 'vitest';
import { refuse } from './access.js';

const TOKEN = 'a-token-of-16-characters';

describe('refuse', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1:6060'],
    ['127.1.2.3', 'localhost'],
    ['::1', '[::1]:6060'],
    ['127.0.0.1', 'LocalHost:6060'],
  ])('lets this machine in at %s, under the name %s', (address, host) => {
    expect(refuse({ host }, '', address)).toBeUndefined();
  });

  it.each([
    ['10.0.0.1', 'localhost'],
    ['0.0.0.0', '127.0.0.1:6060'],
    ['::', '[::1]:6060'],
    ['127.0.0.1', 'evil.example'],
    ['127.0.0.1', 'localhost.evil.example'],
    ['127.0.0.1', '127.0.0.1.evil.example'],
    ['127.0.0.1', undefined],
  ])('lets nobody in without a token at %s, under the name %s', (address, host) => {
    expect(refuse({ host }, '', address)?.status).toBe(403);
  });

  it.each([undefined, '', TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, 'Bearer'])(
    'asks for the token, wherever somebody is (%s)',
    (authorization) => {
      const headers = { host: 'localhost', ...(authorization !== undefined && { authorization }) };
      expect(refuse(headers, TOKEN, '127.0.0.1')?.status).toBe(401);
    },
  );

  it('lets in who has it', () => {
    for (const scheme of ['Bearer', 'bearer']) {
      expect(refuse({ authorization: `${scheme} ${TOKEN}`, host: 'any.example' }, TOKEN, '0.0.0.0')).toBeUndefined();
    }
  });
});
