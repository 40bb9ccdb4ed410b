import { describe, expect, it } from 'vitest';
import { HTTP_PROBLEMS } from '#libs/http';
import { Passwords } from './passwords.js';

describe('Passwords', () => {
  const passwords = new Passwords();

  it('hashes with argon2id at the cost that OWASP names, never twice alike', async () => {
    const [first, second] = await Promise.all([passwords.hash('secret'), passwords.hash('secret')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(first).not.toBe(second);
  });

  it('takes the right password alone, in either Unicode form', async () => {
    const hash = await passwords.hash('Caf\u00e9');
    expect(await passwords.verify('Cafe\u0301', hash)).toBe(true);
    for (const wrong of ['Cafe', 'caf\u00e9', 'Caf\u00e9 ', ''])
      expect(await passwords.verify(wrong, hash)).toBe(false);
  });

  it('reads a hash of another cost, as the reference implementation writes it', async () => {
    // echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 (phc-winner-argon2, README and test vectors)
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await passwords.verify('password', hash)).toBe(true);
    expect(await passwords.verify('differentpassword', hash)).toBe(false);
  });

  it.each(['', 'test123', '$argon2id$v=19$m=1$x$y', '$2b$10$abcdefghijklmnopqrstuv'])(
    'takes nothing for %j',
    async (stored) => {
      expect(await passwords.verify(stored, stored)).toBe(false);
    },
  );

  it('computes as much for an account that there is not', async () => {
    const computed: unknown[] = [];
    const counting = new Passwords({
      derive: (_message, salt, cost, tagLength) => {
        computed.push({ salt: salt.length, cost, tagLength });
        return Promise.resolve(Buffer.alloc(tagLength));
      },
    });
    const hash = await passwords.hash('secret');
    for (const stored of [hash, undefined, 'test123']) await counting.verify('wrong', stored);
    const work = { salt: 16, cost: { memory: 19_456, passes: 2, parallelism: 1 }, tagLength: 32 };
    expect(computed).toEqual([work, work, work]);
  });

  it('checks a few at once, lets some wait, and refuses the rest', async () => {
    const narrow = new Passwords({ concurrency: 1, queue: 2 });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => narrow.verify('x', undefined)));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect((results[4] as PromiseRejectedResult).reason).toMatchObject({
      kind: HTTP_PROBLEMS.unavailable,
      headers: { 'retry-after': '1' },
    });
    await expect(narrow.verify('x', undefined)).resolves.toBe(false);
  });
});
