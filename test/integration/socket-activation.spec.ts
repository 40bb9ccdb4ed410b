// Sockets that a service manager has bound: what comes before the program starts is answered by it.
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { decode } from 'dns-packet';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually, tempFolder } from '#libs/testing';
import { buildQuery } from '../conformance/dns-client.js';
import { dig } from './commands.js';

const HOST = '127.0.0.1';
const SOON = 60_000;

/** What has a descriptor, which no public property tells. */
interface Described {
  readonly fd: number;
}

let folder: ReturnType<typeof tempFolder>;
let program: ChildProcess;
let output: string;

beforeEach(() => {
  folder = tempFolder();
  output = '';
});
afterEach(async () => {
  if (program.exitCode === null) {
    program.kill();
    await once(program, 'exit');
  }
  folder.remove();
});

/** Starts the resolver as sd_listen_fds(3) says. */
function start(ports: { http: number; dns: number }, descriptors: readonly number[], pid = '$$'): void {
  const entry = `${process.execPath} dist/apps/resolver/src/main.js`;
  const env = {
    LISTEN_FDS: String(descriptors.length),
    SIGNPOST_RESOLVER_HTTP_PORT: String(ports.http),
    SIGNPOST_RESOLVER_DNS_PORT: String(ports.dns),
    SIGNPOST_RESOLVER_DATA_DIR: join(folder.path, 'resolver'),
    SIGNPOST_RESOLVER_NODE_NAME: 'node1',
    SIGNPOST_DEBUG_RESOLVER_PORT: '0',
  };
  program = spawn('sh', ['-c', `LISTEN_PID=${pid} exec ${entry}`], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
  });
  for (const stream of [program.stdout!, program.stderr!])
    stream.on('data', (text: Buffer) => (output += String(text)));
}

async function boundTcp() {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { fd } = (server as unknown as { readonly _handle: Described })._handle;
  return { fd, port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** @param port one that TCP has given out: hundreds of its ports are taken at a time, and hardly any of UDP's */
async function boundUdp(port: number) {
  const socket = createSocket('udp4').bind(port, HOST);
  await once(socket, 'listening');
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol')!;
  const { fd } = (socket as unknown as Record<symbol, { readonly handle: Described }>)[symbol]!.handle;
  return { fd, port: socket.address().port, close: () => socket.close() };
}

async function ask(socket: Socket, port: number): Promise<string | undefined> {
  const reply = once(socket, 'message', { signal: AbortSignal.timeout(SOON) });
  socket.send(buildQuery({ id: 1, name: 'node1.node.consul', type: 'A' }), port, HOST);
  const [message] = (await reply) as [Buffer];
  return (decode(message) as { rcode?: string }).rcode;
}

it('are the ones that it serves on, through a reload too', { timeout: 2 * SOON }, async () => {
  const [http, tcp] = [await boundTcp(), await boundTcp()];
  const udp = await boundUdp(tcp.port);
  start({ http: http.port, dns: udp.port }, [http.fd, tcp.fd, udp.fd]);
  // In the same turn of the event loop, so that nothing is accepted or read here.
  for (const socket of [http, tcp, udp]) socket.close();
  const client = createSocket('udp4');
  const early = [fetch(`http://${HOST}:${http.port}/readyz`), ask(client, udp.port)] as const;
  expect((await early[0]).status).toBe(200);
  expect(await early[1]).toBe('NOERROR');
  program.kill('SIGHUP');
  await eventually('new workers', SOON, () => output.includes('new workers have taken over'));
  expect((await fetch(`http://${HOST}:${http.port}/readyz`)).status).toBe(200);
  expect((await dig(`${HOST}:${udp.port}`, '+tcp', 'node1.node.consul', 'A')).join()).toContain('NOERROR');
  client.close();
  expect(output).not.toContain('inherited');
});

it('that no setting asks for are told of', { timeout: 2 * SOON }, async () => {
  const [asked, other] = [await boundTcp(), await boundTcp()];
  start({ http: asked.port, dns: 0 }, [asked.fd, other.fd]);
  for (const socket of [asked, other]) socket.close();
  await eventually('a line about it', SOON, () => output.includes('inherited sockets that no setting asks for'));
  expect(output).toContain(`"sockets":["tcp ${HOST} ${other.port}"]`);
});

it('of another process are left alone', { timeout: 2 * SOON }, async () => {
  const http = await boundTcp();
  start({ http: http.port, dns: 0 }, [http.fd], '1');
  const [code] = (await once(program, 'exit')) as [number];
  http.close();
  expect(code).toBe(1);
  expect(output).toContain(`port ${http.port} is in use`);
});

it('may be nothing but sockets', { timeout: 2 * SOON }, async () => {
  start({ http: 0, dns: 0 }, [2]);
  const [code] = (await once(program, 'exit')) as [number];
  expect([code, output]).toEqual([1, 'signpost-resolver: descriptor 3 is no socket of TCP or UDP\n']);
});
