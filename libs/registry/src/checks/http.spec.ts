import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpProbe } from './probe.js';
import { runOnce } from './types.js';

describe('an HTTP check', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function run(url: string, probe: Partial<HttpProbe> = {}, signal = new AbortController().signal) {
    return runOnce(
      {
        type: 'http',
        url,
        method: 'GET',
        headers: {},
        body: '',
        disableRedirects: false,
        tlsServerName: '',
        tlsSkipVerify: false,
        interval: 1_000,
        timeout: 1_000,
        successBeforePassing: 0,
        failuresBeforeWarning: 0,
        failuresBeforeCritical: 0,
        outputMaxSize: 4096,
        deregisterCriticalServiceAfter: 0,
        ...probe,
      },
      signal,
    );
  }

  it.each([
    [200, 'passing'],
    [204, 'passing'],
    [429, 'warning'],
    [404, 'critical'],
    [503, 'critical'],
  ])('answered with %d is %s', async (code, status) => {
    const url = await serve((_request, response) => response.writeHead(code).end());
    expect((await run(url)).status).toBe(status);
  });

  it('shows the answer as Consul does', async () => {
    const url = await serve((_request, response) => response.end('all well'));
    expect(await run(`${url}/health`)).toEqual({
      status: 'passing',
      output: `HTTP GET ${url}/health: 200 OK Output: all well`,
    });
  });

  it('sends the method, the body and the headers, and may speak for another host', async () => {
    let seen: unknown;
    const url = await serve((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const { host, accept, 'user-agent': agent, 'x-a': a, connection } = request.headers;
        seen = { method: request.method, body, host, accept, agent, a, connection };
        response.end();
      });
    });
    await run(url, { method: 'POST', body: 'ping', headers: { Host: ['web.example'], 'X-A': ['1', '2'] } });
    expect(seen).toEqual({
      method: 'POST',
      body: 'ping',
      host: 'web.example',
      accept: 'text/plain, text/*, */*',
      agent: 'Consul Health Check',
      a: '1, 2',
      connection: 'close',
    });
  });

  it('keeps no more of the body than it was told, and hangs up', async () => {
    const url = await serve((_request, response) => {
      response.on('error', () => {});
      const timer = setInterval(() => response.write('x'.repeat(1_000)), 1);
      response.on('close', () => clearInterval(timer));
    });
    const { output } = await run(url, { outputMaxSize: 100 });
    expect(output.endsWith(`Output: ${'x'.repeat(100)}`)).toBe(true);
  });

  it('follows redirects, unless told not to, but not for ever', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/end') response.end('here');
      else response.writeHead(302, { location: request.url === '/loop' ? '/loop' : '/end' }).end();
    });
    expect((await run(`${url}/start`)).output).toContain('200 OK Output: here');
    expect(await run(`${url}/start`, { disableRedirects: true })).toMatchObject({ status: 'critical' });
    expect(await run(`${url}/loop`)).toEqual({ status: 'critical', output: 'stopped after 10 redirects' });
  });

  it('gives its credentials and its name for the host to no other server, not even on the way back', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const elsewhere = await serve((request, response) => {
      seen.push(request.headers);
      response.writeHead(307, { location: `${home}/back` }).end();
    });
    const home = await serve((request, response) => {
      seen.push(request.headers);
      if (request.url === '/back') return response.end();
      response.writeHead(307, { location: request.url === '/' ? '/again' : `${elsewhere}/` }).end();
    });
    const secrets = {
      Authorization: ['Bearer x'],
      COOKIE: ['a=b'],
      Cookie2: ['c'],
      'Proxy-Authorization': ['Basic x'],
      'WWW-Authenticate': ['Basic'],
    };
    await run(home, { headers: { ...secrets, Host: ['web.example'], 'X-Trace': ['1'] } });
    const secretsIn = (headers: IncomingHttpHeaders) =>
      Object.keys(secrets).filter((name) => headers[name.toLowerCase()] !== undefined);
    expect(seen.map(secretsIn)).toEqual([Object.keys(secrets), Object.keys(secrets), [], []]);
    const [own, other] = [home, elsewhere].map((url) => new URL(url).host);
    expect(seen.map(({ host }) => host)).toEqual(['web.example', 'web.example', other, own]);
    expect(seen.map((headers) => headers['x-trace'])).toEqual(['1', '1', '1', '1']);
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'javascript:1'])('is not led to %s', async (location) => {
    const url = await serve((_request, response) => response.writeHead(302, { location }).end());
    expect(await run(url)).toMatchObject({
      status: 'critical',
      output: expect.stringContaining('unsupported protocol scheme'),
    });
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://2852039166/',
  ])('does not connect to %s, named outright or in a redirect', async (target) => {
    expect((await run(target)).output).toContain('link-local');
    const url = await serve((_request, response) => response.writeHead(302, { location: target }).end());
    expect((await run(url)).output).toContain('link-local');
  });

  it('is critical when nobody listens, and when it is stopped', async () => {
    const url = await serve(() => {});
    const stop = new AbortController();
    const hanging = run(url, {}, stop.signal);
    stop.abort();
    expect((await hanging).status).toBe('critical');
    const [server] = servers.splice(0);
    server!.closeAllConnections();
    await new Promise((resolve) => server!.close(resolve));
    expect(await run(url)).toMatchObject({ status: 'critical', output: expect.stringContaining('ECONNREFUSED') });
  });
});
