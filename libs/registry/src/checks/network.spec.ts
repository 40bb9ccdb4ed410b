import { createSocket } from 'node:dgram';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Periodic, Target } from './probe.js';
import { formatTarget, parseTarget } from './target.js';
import { runOnce, type PeriodicProbe } from './types.js';

const periodic: Periodic = {
  interval: 1_000,
  timeout: 1_000,
  successBeforePassing: 0,
  failuresBeforeWarning: 0,
  failuresBeforeCritical: 0,
  outputMaxSize: 4096,
  deregisterCriticalServiceAfter: 0,
};
const plain = { ...periodic, useTls: false, tlsServerName: '', tlsSkipVerify: false };
const never = new AbortController().signal;

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function listening(server: Server): Promise<Target> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** A port on which nobody listens. */
async function closedPort(): Promise<Target> {
  const server = createServer();
  const target = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return target;
}

describe('a TCP check', () => {
  it('passes when it connects, and is critical when it is refused', async () => {
    const target = await listening(createServer((socket) => socket.on('error', () => {})));
    const passing = { status: 'passing', output: `TCP connect 127.0.0.1:${target.port}: Success` };
    expect(await runOnce({ ...plain, type: 'tcp', target }, never)).toEqual(passing);
    const refused = await runOnce({ ...plain, type: 'tcp', target: await closedPort() }, never);
    expect(refused).toMatchObject({ status: 'critical', output: expect.stringContaining('ECONNREFUSED') });
  });

  it('wants the TLS that it was told of', async () => {
    const target = await listening(createServer((socket) => socket.end('no TLS here')));
    expect(await runOnce({ ...plain, type: 'tcp', target, useTls: true }, never)).toMatchObject({ status: 'critical' });
  });

  it('says when its time was up', async () => {
    const target = await listening(createServer(() => {}));
    const probe: PeriodicProbe = { ...plain, type: 'tcp', target, useTls: true };
    const answer = await runOnce(probe, AbortSignal.timeout(50));
    expect(answer).toEqual({ status: 'critical', output: 'no answer within 1s' });
  });
});

describe('a UDP check', () => {
  async function bound(onMessage: (port: number) => void): Promise<Target> {
    const socket = createSocket('udp4', (_message, { port }) => onMessage(port));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    closing.push(() => socket.close());
    return { host: '127.0.0.1', port: socket.address().port };
  }

  it('passes on a reply, and on silence', async () => {
    const answering = createSocket('udp4');
    closing.push(() => answering.close());
    const target = await bound((port) => answering.send('x', port, '127.0.0.1'));
    expect((await runOnce({ ...periodic, type: 'udp', target }, AbortSignal.timeout(50))).status).toBe('passing');
    expect(
      (await runOnce({ ...periodic, type: 'udp', target: await bound(() => {}) }, AbortSignal.timeout(50))).status,
    ).toBe('passing');
  });

  it('is critical when the port is closed', async () => {
    const answer = await runOnce({ ...periodic, type: 'udp', target: await closedPort() }, AbortSignal.timeout(5_000));
    expect(answer).toMatchObject({ status: 'critical', output: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('checks over HTTP/2', () => {
  /** A server of gRPC's health protocol: of `web` it says 1 (SERVING), of anything else 2. */
  async function serve(answer: (stream: ServerHttp2Stream, service: string) => void): Promise<Target> {
    const server = createHttp2Server();
    server.on('stream', (stream: ServerHttp2Stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => answer(stream, Buffer.concat(chunks).subarray(7).toString()));
    });
    return listening(server as unknown as Server);
  }

  function reply(stream: ServerHttp2Stream, status: number): void {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from([0, 0, 0, 0, 2, 0x08, status]));
  }

  it('gRPC passes when the service is SERVING', async () => {
    const target = await serve((stream, service) => reply(stream, service === 'web' ? 1 : 2));
    const probe = { ...plain, type: 'grpc', target } as const;
    const passing = { status: 'passing', output: `gRPC check 127.0.0.1:${target.port}: success` };
    expect(await runOnce({ ...probe, service: 'web' }, never)).toEqual(passing);
    expect(await runOnce({ ...probe, service: '' }, never)).toMatchObject({
      status: 'critical',
      output: expect.stringContaining('not SERVING'),
    });
  });

  it('gRPC is critical when the server does not know the service, or is none', async () => {
    const unknown = await serve((stream) =>
      stream.respond({ ':status': 200, 'grpc-status': '5' }, { endStream: true }),
    );
    const answer = await runOnce({ ...plain, type: 'grpc', target: unknown, service: 'x' }, never);
    expect(answer).toMatchObject({ status: 'critical', output: expect.stringContaining('status code 5') });
    const garbage = await listening(
      createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\n\r\n')),
    );
    expect(await runOnce({ ...plain, type: 'grpc', target: garbage, service: '' }, never)).toMatchObject({
      status: 'critical',
    });
  });

  it('h2ping passes when the ping is acknowledged', async () => {
    const target = await serve(() => {});
    expect(await runOnce({ ...plain, type: 'h2ping', target }, never)).toEqual({
      status: 'passing',
      output: 'HTTP2 ping was successful',
    });
    expect(await runOnce({ ...plain, type: 'h2ping', target: await closedPort() }, never)).toMatchObject({
      status: 'critical',
    });
  });
});

describe('every check of an address', () => {
  const target = { host: '169.254.169.254', port: 80 };

  it.each<PeriodicProbe>([
    { ...plain, type: 'tcp', target },
    { ...periodic, type: 'udp', target },
    { ...plain, type: 'grpc', target, service: '' },
    { ...plain, type: 'h2ping', target },
  ])('of type $type stays away from link-local ones', async (probe) => {
    expect((await runOnce(probe, never)).output).toContain('link-local');
  });
});

describe('a target', () => {
  it.each(['127.0.0.1:80', 'db.example:65535', '[::1]:1', 'my_host:9'])('%s is read and written', (text) => {
    expect(formatTarget(parseTarget(text)!)).toBe(text);
  });

  it.each(['', ':80', 'host', 'host:', 'host:0', 'host:65536', '::1:80', '[host]:1', 'a b:1', 'a/b:1', 'host:1x'])(
    '%j is none',
    (text) => {
      expect(parseTarget(text)).toBeUndefined();
    },
  );
});
