import { expect, it } from 'vitest';
import { ServiceTtl } from './ttl.js';

it('takes the exact name, then the longest prefix, then nothing', () => {
  const ttl = new ServiceTtl({ 'd*': 42, db: 10, 'db*': 66, '*': 5, Upper: 7 });
  expect(['db', 'dblb', 'dk', 'api', 'upper'].map((service) => ttl.of(service))).toEqual([10, 66, 42, 5, 7]);
  expect(new ServiceTtl({ web: 1 }).of('webs')).toBe(0);
});
