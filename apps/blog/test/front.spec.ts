// What is answered in front of Fastify is what Fastify would answer, to the octet. A request that announces a body of no octets goes the long way.
import { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RawHttp } from '#libs/testing';
import { basic, bearer, TestBlog, type RequestHeaders } from './harness.js';

const THE_LONG_WAY = 'content-length: 0';

const VARIANTS: readonly (readonly [string, Record<string, string>])[] = [
  ['as it is', {}],
  ['without a cache', { SIGNPOST_BLOG_CACHE_SIZE: '0' }],
  ['with scripts of other origins', { SIGNPOST_BLOG_CORS_ORIGINS: 'https://app.example' }],
  ['with reads for users alone', { SIGNPOST_AUTH_PUBLIC_READS: 'false' }],
  [
    'with limits behind a proxy',
    {
      SIGNPOST_LIMITS_ENABLED: 'true',
      SIGNPOST_LIMITS_READ_RATE: '1000000/1m',
      SIGNPOST_BLOG_TRUSTED_PROXIES: '127.0.0.1',
    },
  ],
  ['with limits', { SIGNPOST_LIMITS_ENABLED: 'true', SIGNPOST_LIMITS_READ_RATE: '1000000/1m' }],
];

let front: { mock: { calls: unknown[][] } };
beforeAll(() => {
  // The front gives Node its headers as a list, Fastify as an object.
  front = vi.spyOn(ServerResponse.prototype, 'writeHead');
});
afterAll(() => vi.restoreAllMocks());

/** How many answers of those since the last call the front has given. */
function answeredInFront(): number {
  const count = front.mock.calls.filter((args) => Array.isArray(args[1])).length;
  front.mock.calls.length = 0;
  return count;
}

describe.each(VARIANTS)('the front of a blog %s', (_, settings) => {
  let blog: TestBlog;
  let paths: string[];
  let senders: string[];
  let etags: string[];

  beforeAll(async () => {
    blog = await TestBlog.start('SQLite', settings);
    const tag = await blog.makeTag({}, blog.as.ann);
    const article = await blog.makeArticle({ tag_id: tag.body.id }, blog.as.ann);
    const hidden = await blog.makeArticle({ tag_id: tag.body.id, state: 0 }, blog.as.ann);
    for (let n = 0; n < 12; n++) await blog.makeTag({}, blog.as.bob);
    const gone = bearer(await blog.ask('GET', '/auth', basic('bob', 'bob-password')));
    await blog.ask('POST', '/auth/logout', gone);
    const row = `/api/v1/articles/${article.body.id}`;
    paths = [
      ...['', '?min_version=1', '?min_version=2', '?min_version=x', '?', '#x', '/', ';x'].map((end) => `${row}${end}`),
      ...['/api/v1/tags', '/api/v1/articles'].flatMap((list) =>
        ['', '?', '?page=2', '?page_size=3&page=2', '?cursor=', '?cursor=x.y', '?none=1', '?name=%ff'].map(
          (end) => `${list}${end}`,
        ),
      ),
      ...[
        `/api/v1/articles/${hidden.body.id}`,
        `/api/v1/tags/${tag.body.id}`,
        '/api/v1/articles/999',
        '/api/v1/tags/0',
      ],
      ...[
        `/api/v1/tags?name=${'x'.repeat(2_000)}`,
        `/api/v1/tags?name=${'x'.repeat(9_000)}`,
        `http://test${row}`,
        `/${row}`,
      ],
    ];
    senders = [
      '',
      ...Object.values(blog.as),
      gone,
      { authorization: 'Bearer none' },
      { authorization: 'Basic eDp5' },
    ].map((who) => (who === '' ? '' : `authorization: ${(who as RequestHeaders)['authorization']}`));
    senders.push(senders[2]!.replace('Bearer ', ''), senders[2]!.replace('Bearer', 'bearer  '));
    etags = [article, tag].map(({ headers }) => headers.get('etag')!);
  });
  afterAll(() => blog.stop());

  /** The same without what is left of a rate, which each answer takes of, and without whether somebody else's read served as well. */
  const settled = (answers: readonly string[]) =>
    answers.map((answer) => answer.replace(/(ratelimit: "read";r=)\d+/, '$1').replace('; collapsed', ''));

  it('answers as Fastify does', async () => {
    const request = fc.record({
      path: fc.nat(paths.length - 1).map((n) => paths[n]!),
      sender: fc.nat(senders.length - 1).map((n) => senders[n]!),
      known: fc.option(fc.constantFrom(...etags, `W/${etags[0]!}`, '*', '"none"', `"a", ${etags[1]!}`, 'junk')),
      accept: fc.option(fc.constantFrom('*/*', 'application/json', 'text/html', 'application/json;q=0, */*', '')),
      id: fc.option(fc.constantFrom('abc-1', 'not well formed', 'x'.repeat(200))),
      more: fc.option(
        fc.constantFrom(
          'origin: https://app.example',
          'x-forwarded-for: 192.0.2.1',
          'x-forwarded-for: 198.51.100.7, junk',
          'range: bytes=0-3',
          'accept-version: 2',
          'te: trailers',
        ),
      ),
      method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 6 }), async (requests) => {
        const lines = requests.map(
          ({ path, sender, known, accept, id, more, method }) =>
            [
              `${method} ${path} HTTP/1.1`,
              ...[
                sender,
                known && `if-none-match: ${known}`,
                accept !== null && `accept: ${accept}`,
                id && `x-request-id: ${id}`,
                more,
              ].filter((line) => typeof line === 'string' && line !== ''),
            ] as string[],
        );
        const plain = lines.map((one) => RawHttp.request(...one));
        const long = lines.map((one) => RawHttp.request(...one, THE_LONG_WAY));
        // From the database first, if need be.
        const connection = await RawHttp.connect(blog.url);
        for (const one of long) await connection.ask(one);
        const expected = settled(await connection.ask(...long));
        expect(settled(await connection.ask(...plain))).toEqual(expected);
        const mixed = plain.map((one, n) => (n % 2 === 0 ? one : long[n]!));
        expect(settled(await connection.ask(...mixed))).toEqual(expected);
        expect(expected).toHaveLength(requests.length);
        connection.close();
      }),
      { numRuns: 75 },
    );
    expect(answeredInFront()).toBeGreaterThan(5);
  });
});

describe('the front of a blog without a cache', () => {
  let blog: TestBlog;
  beforeAll(async () => {
    blog = await TestBlog.start('SQLite', { SIGNPOST_BLOG_CACHE_SIZE: '0' });
  });
  afterAll(() => blog.stop());

  const names = async (path: string, who: RequestHeaders) => {
    const { body } = await blog.ask('GET', path, who);
    return (body.items as { name: string }[]).map(({ name }) => name);
  };

  it('reads a list each time, once its address is known, as each viewer sees it', async () => {
    const path = '/api/v1/tags?sort=-id&page_size=2';
    const shown = await blog.makeTag({}, blog.as.ann);
    for (const who of [blog.as.ann, blog.as.bob]) await names(path, who);
    answeredInFront();
    const hidden = await blog.makeTag({ state: 0 }, blog.as.ann);
    expect(await names(path, blog.as.ann)).toEqual([hidden.body.name, shown.body.name]);
    expect(await names(path, blog.as.bob)).toEqual([shown.body.name]);
    expect(await names(path, {})).toEqual([shown.body.name]);
    const later = await blog.makeTag({}, blog.as.bob);
    expect(await names(path, {})).toEqual([later.body.name, shown.body.name]);
    expect(answeredInFront()).toBe(4);
  });

  it('reads once for those who ask at the same time, and for each of them what is theirs', async () => {
    const { body } = await blog.makeTag({}, blog.as.ann);
    await blog.makeTag({ state: 0 }, blog.as.ann);
    const get = (path: string, ...headers: string[]) => RawHttp.request(`GET ${path} HTTP/1.1`, ...headers);
    const list = '/api/v1/tags?sort=id';
    await names(list, {});
    const ann = `authorization: ${blog.as.ann.authorization}`;
    const row = get(`/api/v1/tags/${body.id}`);
    const asked = [get(list), row, get(list), get(list, ann), row, get(list)];
    const connections = await Promise.all(asked.map(() => RawHttp.connect(blog.url)));
    const ask = (n: number) => connections[n]!.ask(asked[n]!);
    const alone: string[] = [];
    for (const n of asked.keys()) alone.push(...(await ask(n)));
    // Written to the kernel in one turn, on connections that it has taken, so that all of them are there in the next one.
    const answers = (await Promise.all(asked.map((_one, n) => ask(n)))).flat();
    for (const connection of connections) connection.close();
    const shared = answers.filter((answer) => answer.includes('cache-status: signpost; fwd=miss; collapsed\r\n'));
    expect(shared).toHaveLength(3);
    expect(answers.map((answer) => answer.replace('; collapsed', ''))).toEqual(alone);
  });
});

describe('what the front answers from', () => {
  let blog: TestBlog;
  beforeAll(async () => {
    blog = await TestBlog.start('SQLite', { SIGNPOST_LIMITS_ENABLED: 'true', SIGNPOST_LIMITS_READ_RATE: '20/1m' });
    await blog.makeTag();
  });
  afterAll(() => blog.stop());

  const read = (who: RequestHeaders) => blog.ask('GET', '/api/v1/tags', who);
  const newSession = async () => bearer(await blog.ask('GET', '/auth', basic('ann', 'ann-password')));

  it('is no token that has ended, at the second', async () => {
    const who = await newSession();
    await read(who);
    answeredInFront();
    expect([(await read(who)).status, answeredInFront()]).toEqual([200, 1]);
    await blog.clock.advance(899_000);
    expect([(await read(who)).status, (await read(who)).status, answeredInFront()]).toEqual([200, 200, 1]);
    await blog.clock.advance(1_000);
    expect([(await read(who)).status, answeredInFront()]).toEqual([401, 0]);
  });

  it('is no token that was revoked here, at once', async () => {
    const who = await newSession();
    await read(who);
    answeredInFront();
    expect([(await read(who)).status, answeredInFront()]).toEqual([200, 1]);
    await blog.ask('POST', '/auth/logout', who);
    expect([(await read(who)).status, answeredInFront()]).toEqual([401, 0]);
  });

  it('is nothing that a write has changed', async () => {
    const who = await newSession();
    const made = await blog.makeTag({}, who);
    const path = `/api/v1/tags/${made.body.id}`;
    const name = async () => (await blog.ask('GET', path, who)).body.name;
    await name();
    answeredInFront();
    expect([await name(), answeredInFront()]).toEqual([made.body.name, 1]);
    await blog.ask('PATCH', path, { ...who, 'if-match': '*' }, { name: 'changed' });
    expect([await name(), answeredInFront()]).toEqual(['changed', 1]);
  });

  it('charges a read once, whichever way it goes, and refuses as Fastify does', async () => {
    await blog.clock.advance(60_000);
    const connection = await RawHttp.connect(blog.url);
    const plain = RawHttp.request('GET /api/v1/tags HTTP/1.1');
    const long = RawHttp.request('GET /api/v1/tags HTTP/1.1', THE_LONG_WAY);
    const absent = RawHttp.request('GET /api/v1/tags/999 HTTP/1.1');
    const left = (answer: string) => Number(/ratelimit: "read";r=(\d+)/.exec(answer)![1]);
    const answers = await connection.ask(plain, long, absent, plain);
    expect(answers.map(left)).toEqual([19, 18, 17, 16]);
    await connection.ask(...Array.from({ length: 16 }, () => plain));
    const [refused, alike] = await connection.ask(plain, long);
    expect(refused).toMatch(/^HTTP\/1\.1 429 /);
    expect(refused).toBe(alike);
    connection.close();
  });
});
