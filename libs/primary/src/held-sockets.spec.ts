import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { bindTcp, portOf } from './handles.js';
import { HeldSockets, socketKey, type WantedSocket } from './held-sockets.js';

const HOST = '127.0.0.1';
const http: WantedSocket = { role: 'http', kind: 'tcp', host: HOST, port: 0 };
const dns: WantedSocket = { role: 'dns', kind: 'udp', host: HOST, port: 0 };

describe('HeldSockets', () => {
  const sockets = new HeldSockets();
  afterEach(() => sockets.retain(new Set()));

  const port = async (wanted: WantedSocket) => portOf(await sockets.open(wanted), HOST, wanted.port);

  it('gives the same socket to all who ask for the same, also for any free port', async () => {
    const [one, two] = await Promise.all([sockets.open(http), sockets.open(http)]);
    expect(two).toBe(one);
    expect(await sockets.open({ ...http, role: 'debug' })).not.toBe(one);
    expect(await port(dns)).toBe(await port(dns));
  });

  it('keeps what is wanted and closes the rest', async () => {
    const [kept, closed] = [await port(http), await port({ ...http, role: 'debug' })];
    await sockets.retain(new Set([socketKey(http)]));
    expect(await port(http)).toBe(kept);
    const other = createServer().listen(closed, HOST);
    await once(other, 'listening');
    other.close();
  });

  it('gives an inherited socket again to who asks for it again', async () => {
    const handle = bindTcp(HOST, 0);
    const wanted = { ...http, port: portOf(handle, HOST, 0) };
    const heirs = new HeldSockets([{ kind: 'tcp', handle, bound: { address: HOST, port: wanted.port } }]);
    expect(await heirs.open(wanted)).toBe(handle);
    await heirs.retain(new Set());
    expect(await heirs.open(wanted)).toBe(handle);
    expect(heirs.unused).toEqual([]);
    handle.close();
  });

  it.each(['tcp', 'udp'] as const)('says that a %s port is taken, and can have it later', async (kind) => {
    const other = kind === 'tcp' ? createServer().listen(0, HOST) : createSocket('udp4').bind(0, HOST);
    await once(other, 'listening');
    const taken = { ...http, kind, port: (other.address() as AddressInfo).port };
    await expect(sockets.open(taken)).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' });
    other.close();
    await once(other, 'close');
    expect(await port(taken)).toBe(taken.port);
  });

  it.each([
    ['198.51.100.1', 'EADDRNOTAVAIL'],
    ['nowhere.invalid', 'ENOTFOUND'],
  ])('says what is wrong with the host %s', async (host, code) => {
    await expect(sockets.open({ ...http, host })).rejects.toMatchObject({ code });
  });
});
