import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What becomes of a `Date`, which differs from one second to the next. */
const DATE = /^date: .*\r\n/im;

/** A connection on which a test writes requests as it likes, and gets the octets of the answers. */
export class RawHttp {
  readonly #socket: Socket;
  #received = '';
  /** Settled with each piece, and when no more come. */
  #news = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
      this.#hear();
    });
    for (const end of ['end', 'close', 'error']) socket.on(end, () => this.#hear());
  }

  /** @param url of the server */
  static async connect(url: string): Promise<RawHttp> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawHttp(socket);
  }

  /** A request of lines: `GET / HTTP/1.1` and headers. */
  static request(...lines: readonly string[]): string {
    return `${[lines[0], 'host: test', ...lines.slice(1)].join('\r\n')}\r\n\r\n`;
  }

  /**
   * Sends requests in one piece.
   *
   * @returns the answers to the octet, without their dates; fewer when the server closes the connection
   */
  async ask(...requests: readonly string[]): Promise<string[]> {
    this.#socket.write(requests.join(''), 'latin1');
    const answers: string[] = [];
    for (const request of requests) {
      const answer = await this.#answerTo(request);
      if (answer === undefined) break;
      answers.push(answer);
    }
    return answers;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Undefined: the connection was closed before it was all there. */
  async #answerTo(request: string): Promise<string | undefined> {
    for (;;) {
      const length = lengthOf(this.#received, request.startsWith('HEAD '));
      if (length !== undefined) return this.#take(length);
      if (this.#socket.readableEnded || this.#socket.destroyed) return undefined;
      await this.#news.promise;
    }
  }

  #hear(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }

  #take(length: number): string {
    const answer = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return answer.replace(DATE, '');
  }
}

/** The length of the first answer; undefined while it is not all there. */
function lengthOf(text: string, isHead: boolean): number | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = /\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? '0';
  const length = end + 4 + (isHead || /^HTTP\/1\.1 (?:304|204)/.test(head) ? 0 : Number(body));
  return text.length >= length ? length : undefined;
}
