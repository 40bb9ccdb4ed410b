import { connect } from 'node:net';

export interface Server {
  readonly host: string;
  readonly port: number;
}

/** What is sent, and the status that it is answered with. */
export interface Requests {
  readonly next: () => Buffer | string;
  readonly status: number;
}

export interface Get extends Server {
  readonly path: string;
  /** `Authorization: Bearer TOKEN` */
  readonly headers?: readonly string[];
}

/** Told of each whole answer, and given the way to ask again. */
export type OnAnswer = (again: () => void) => void;

/** Sends one GET on a connection of its own, and again whenever it is told to. */
export function get({ path, headers = [], ...server }: Get, onAnswer: OnAnswer): void {
  const request = Buffer.from([`GET ${path} HTTP/1.1`, 'Host: bench', ...headers, '', ''].join('\r\n'));
  exchange(server, { next: () => request, status: 200 }, onAnswer);
}

/** Sends requests on a connection of its own, the next one whenever it is told to: a client of `node:http` takes as long as what it measures. */
export function exchange({ host, port }: Server, { next, status }: Requests, onAnswer: OnAnswer): void {
  const socket = connect(port, host);
  const again = () => void socket.write(next());
  let [head, received] = ['', 0];
  let length: number | undefined;
  socket.on('connect', again);
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (length === undefined) length = lengthOf((head += chunk.toString('latin1')), status);
    if (length === undefined || received < length) return;
    if (received > length) throw new Error('an answer is longer than it says');
    [head, received, length] = ['', 0, undefined];
    onAnswer(again);
  });
}

/** The length of an answer whose head is there: that, and the body that Content-Length announces; a 304 has none. */
function lengthOf(answer: string, status: number): number | undefined {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  if (answer.startsWith('HTTP/1.1 304')) return end + 4;
  const body = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  if (!answer.startsWith(`HTTP/1.1 ${status}`) || body === undefined) throw new Error(`unexpected answer: ${answer}`);
  return end + 4 + Number(body);
}
