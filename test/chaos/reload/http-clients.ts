import { Agent, request, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { loop, type Tally } from './tally.js';

/** A request that takes longer hangs, in milliseconds; on a machine that does much else, one that does not may take several seconds. */
const TIMEOUT = 30_000;

export interface HttpLoad {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  /** Creates something that must not be there twice: the path, and a body for a name. */
  readonly create: { readonly method: string; readonly path: string; body(name: string): string };
  /** Something to read. */
  readonly read: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long the server keeps a connection that waits, in milliseconds. */
  readonly keepAlive: number;
}

interface Sent extends RequestOptions {
  /** Pieces of the body, and milliseconds between them. */
  readonly body?: readonly string[];
  readonly pause?: number;
}

/** Sends a request once. Rejects on any status but 2xx, on a connection that breaks, and when it takes too long. */
export async function send(url: string, { body = [], pause = 0, ...options }: Sent): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const outgoing = request(url, { ...options, timeout: TIMEOUT + pause * body.length }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.on('error', reject);
    response.on('end', () => {
      if (response.statusCode! < 300) resolve(text);
      else reject(new Error(`status ${response.statusCode} ${text.slice(0, 100)}`));
    });
  });
  outgoing.on('error', reject);
  // It may fail while pieces of the body are still to come.
  promise.catch(() => {});
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
  for (const [n, piece] of body.entries()) {
    if (n > 0) await sleep(pause);
    outgoing.write(piece);
  }
  outgoing.end();
  return promise;
}

/** Creates names on one connection for as long as the server keeps it. */
export function creator(load: HttpLoad, tally: Tally, prefix: string, signal: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return create({ load, tally, prefix, signal }, 'keep-alive', (body) => ({ agent, body: [body] }));
}

/** Creates names by requests whose body takes its time. */
export function slowUploader(load: HttpLoad, tally: Tally, prefix: string, signal: AbortSignal): Promise<void> {
  const pieces = (body: string) => body.match(/.{1,8}/gs)!;
  return create({ load, tally, prefix, signal }, 'slow upload', (body) => ({
    body: pieces(body),
    pause: 300,
    agent: false,
  }));
}

interface Creating {
  readonly load: HttpLoad;
  readonly tally: Tally;
  readonly prefix: string;
  readonly signal: AbortSignal;
}

function create({ load, tally, prefix, signal }: Creating, kind: string, how: (body: string) => Sent): Promise<void> {
  const { url, headers, create: creation } = load;
  return loop(signal, async (n) => {
    const name = `${prefix}-${n}`;
    const body = creation.body(name);
    const length = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const options = { ...how(body), method: creation.method, headers: { ...headers, ...length } };
    const done = await tally.count(kind, async () => void (await send(url + creation.path, options)));
    (done ? tally.created : tally.unsure).add(name);
  });
}

/** Reads, each time on a new connection. */
export function reader({ url, read, headers }: HttpLoad, tally: Tally, signal: AbortSignal): Promise<void> {
  return loop(signal, () =>
    tally
      .count('new connection', async () => void (await send(url + read, { agent: false, headers })))
      .then(() => sleep(5)),
  );
}

/** Asks for what takes the server long, such as a blocking query, again and again. */
export function waiter({ url, headers }: HttpLoad, path: string, tally: Tally, signal: AbortSignal): Promise<void> {
  return loop(signal, async () => {
    await tally.count('waiting', async () => void (await send(url + path, { agent: false, headers })));
    await sleep(20);
  });
}

/** Reads something large, and rests after the first octets. */
export function slowReader(
  { url, headers }: HttpLoad,
  path: string,
  length: number,
  tally: Tally,
  signal: AbortSignal,
) {
  return loop(signal, () =>
    tally.count('slow response', async () => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const outgoing = request(url + path, { agent: false, headers }, (response) => {
        let got = 0;
        response.once('readable', () => {
          setTimeout(() => response.on('data', (chunk: Buffer) => (got += chunk.length)), 3_000);
        });
        response.on('end', () => resolve(got)).on('error', reject);
      });
      outgoing.on('error', reject).end();
      const got = await promise;
      if (got !== length) throw new Error(`${got} octets of ${length}`);
    }),
  );
}

/** Sends a request on an open connection when the server is about to close it, and makes a new one only when it is told to. */
export function lateSpeaker({ url, read, keepAlive }: HttpLoad, tally: Tally, signal: AbortSignal): Promise<void> {
  const { hostname, port } = new URL(url);
  const text = `GET ${read} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`;
  let connection: RawConnection | undefined;
  let heard = 0;
  return loop(signal, async () => {
    // Too late, on a busy machine: a client must not use a connection for longer than the server told it.
    if (performance.now() - heard > keepAlive) connection = connection?.end();
    const answered = await tally.count('late on an idle connection', async () => {
      connection ??= new RawConnection(hostname, Number(port));
      const answer = await connection.ask(text);
      if (!answer.startsWith('HTTP/1.1 2')) throw new Error(answer.split('\r\n', 1)[0]!);
      if (/^connection: close/im.test(answer)) connection = undefined;
      heard = performance.now();
    });
    if (!answered) connection = connection?.end();
    await sleep(keepAlive - 200);
  }).finally(() => {
    connection?.end();
  });
}

/** A connection on which one answer with a length follows each request. */
class RawConnection {
  closed = false;
  readonly #socket;

  constructor(host: string, port: number) {
    this.#socket = connect(port, host).setEncoding('latin1');
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => (this.closed = true));
  }

  ask(text: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    if (this.closed) reject(new Error('the connection was closed while it waited'));
    const timer = setTimeout(() => reject(new Error('no answer in time')), TIMEOUT);
    let got = '';
    const onData = (chunk: string) => {
      got += chunk;
      const [, head, body] = /^([^]*?\r\n\r\n)([^]*)$/.exec(got) ?? [];
      const length = Number(/^content-length: (\d+)/im.exec(head ?? '')?.[1] ?? Infinity);
      if (body !== undefined && body.length >= length) resolve(got);
    };
    const onClose = () => reject(new Error('the connection was closed'));
    this.#socket.on('data', onData).on('close', onClose);
    this.#socket.write(text);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#socket.off('data', onData).off('close', onClose);
    });
  }

  end(): undefined {
    this.#socket.destroy();
  }
}
