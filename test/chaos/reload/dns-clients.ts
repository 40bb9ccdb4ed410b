import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildQuery, type DnsAddress } from '../../conformance/dns-client.js';
import { loop, type Tally } from './tally.js';

/** A query without a reply after so many milliseconds is lost. */
const TIMEOUT = 10_000;
/** Between an answer and the next question of a client that rests, in milliseconds. */
const REST = 200;
/** The code of edns-tcp-keepalive (RFC 7828): a server tells by it for how long it keeps a connection. */
const TCP_KEEPALIVE = 11;

/** Asks over UDP, one query after another, each once. */
export async function udpClient(
  { host, port }: DnsAddress,
  name: string,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const socket = createSocket('udp4');
  socket.connect(port, host);
  await once(socket, 'connect');
  await loop(signal, (n) =>
    tally.count('UDP', async () => {
      const reply = once(socket, 'message', { signal: AbortSignal.timeout(TIMEOUT) });
      socket.send(buildQuery({ id: n & 0xffff, name, type: 'A' }));
      const [message] = (await reply) as [Buffer];
      requireAnswer(message, n & 0xffff);
    }),
  );
  socket.close();
}

/** Asks over TCP, each query on a connection of its own. */
export function tcpClient(address: DnsAddress, name: string, tally: Tally, signal: AbortSignal): Promise<void> {
  return loop(signal, (n) =>
    tally.count('TCP', async () => {
      const connection = new DnsConnection(address);
      requireAnswer(await connection.ask(buildQuery({ id: n & 0xffff, name, type: 'A' })), n & 0xffff);
      connection.end();
    }),
  );
}

/** Asks over TCP on one connection, until the server says by edns-tcp-keepalive that it keeps it no longer. */
export function keptTcpClient(address: DnsAddress, name: string, tally: Tally, signal: AbortSignal): Promise<void> {
  return onOneConnection(address, signal, false, (open, n) =>
    tally.count('TCP, kept open', async () => {
      const connection = open();
      const query = buildQuery({ id: n & 0xffff, name, type: 'A', edns: { options: [[TCP_KEEPALIVE, '']] } });
      const reply = await connection.ask(query);
      requireAnswer(reply, n & 0xffff);
      if (reply.subarray(-6).equals(Buffer.from('000b00020000', 'hex'))) connection.end();
    }),
  );
}

/**
 * Asks over TCP on one connection without edns-tcp-keepalive, and rests after each answer: the server may end the connection with an
 * answer, which is seen by the next question.
 */
export function restingTcpClient(address: DnsAddress, name: string, tally: Tally, signal: AbortSignal): Promise<void> {
  return onOneConnection(address, signal, true, async (open, n) => {
    const answered = await tally.count('TCP, resting', async () => {
      requireAnswer(await open().ask(buildQuery({ id: n & 0xffff, name, type: 'A' })), n & 0xffff);
    });
    await sleep(REST);
    return answered;
  });
}

/**
 * Goes round after round on one connection, and on a new one when that was ended here or a round has failed.
 *
 * @param mayEnd whether the server may end it between two rounds
 */
async function onOneConnection(
  address: DnsAddress,
  signal: AbortSignal,
  mayEnd: boolean,
  round: (open: () => DnsConnection, n: number) => Promise<boolean>,
): Promise<void> {
  let connection: DnsConnection | undefined;
  const open = () => {
    if (mayEnd && connection?.ended) connection.end();
    if (!connection || connection.left) connection = new DnsConnection(address);
    return connection;
  };
  await loop(signal, async (n) => {
    if (!(await round(open, n))) connection?.end();
  });
  connection?.end();
}

/** @throws Error unless the message is a reply without an error that holds an answer */
function requireAnswer(message: Buffer, id: number): void {
  const [gotId, flags, , answers] = [0, 2, 4, 6].map((at) => message.readUInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ];
  if (gotId !== id || (flags & 0x800f) !== 0x8000 || answers === 0) {
    throw new Error(`flags ${flags.toString(16)}, ${answers} answers`);
  }
}

class DnsConnection {
  /** Whether the server sends nothing more. */
  ended = false;
  /** Whether it was ended here. */
  left = false;
  readonly #socket: Socket;

  constructor({ host, port }: DnsAddress) {
    this.#socket = connect(port, host);
    this.#socket.on('error', () => {});
    for (const event of ['end', 'close']) this.#socket.on(event, () => (this.ended = true));
  }

  /** The reply without its length. */
  ask(query: Buffer): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    let got: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      if (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) resolve(got.subarray(2));
    };
    const onClose = () => reject(new Error('the connection was closed'));
    const timer = setTimeout(() => reject(new Error('no reply in time')), TIMEOUT);
    this.#socket.on('data', onData).on('close', onClose);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    this.#socket.write(Buffer.concat([length, query]));
    return promise.finally(() => {
      clearTimeout(timer);
      this.#socket.off('data', onData).off('close', onClose);
    });
  }

  end(): void {
    this.left = true;
    this.#socket.destroy();
  }
}
