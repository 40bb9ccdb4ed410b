import type { Socket } from 'node:net';
import type { Clock } from '#libs/time';
import { BATCH, type Batch } from './batch.js';
import { ByteQueue } from './byte-queue.js';
import type { Channel } from './counters.js';
import type { Client, Observer } from './observer.js';
import type { Responder } from './responder.js';
import type { TcpLimits } from './tcp-limits.js';

/** Octets of the length in front of each message (RFC 1035 section 4.2.2). */
const LENGTH = 2;

/** What a connection takes part in. */
export interface TcpParts {
  readonly responder: Responder;
  readonly channels: Readonly<Record<4 | 6, Channel>>;
  readonly observer: Observer;
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly batch: Batch;
}

/**
 * One client over TCP: its questions may come in any pieces and any number at once (RFC 7766). Answers are made only as fast as the client
 * takes them; a client that does not read, or does not finish a message, is cut off at its deadline.
 */
export class TcpConnection {
  /** When it is cut off, in `Clock.monotonic` time. */
  deadline: number;
  readonly #socket: Socket;
  readonly #parts: TcpParts;
  readonly #client: Client;
  readonly #channel: Channel;
  /** What came in and was not yet answered; bounded, as a paused socket brings no more. */
  readonly #pending = new ByteQueue();
  /** Whether the client takes no more answers for now. */
  #blocked = false;
  /** Whether no more questions are taken. */
  #ending = false;

  constructor(socket: Socket, client: Client, parts: TcpParts) {
    this.#socket = socket;
    this.#client = client;
    this.#parts = parts;
    this.#channel = parts.channels[client.address.includes(':') ? 6 : 4];
    this.deadline = parts.clock.monotonic() + parts.limits.messageTimeout;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrain());
    socket.on('end', () => this.drain());
    socket.on('error', () => socket.destroy());
  }

  /** Answers what has come whole, then ends the connection: the client has no more questions, or the server wants none. */
  drain(): void {
    this.#ending = true;
    if (!this.#blocked) this.#finish();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Whether it has no question under way. */
  get idle(): boolean {
    return this.#pending.length === 0 && !this.#blocked && !this.#ending;
  }

  #onData(chunk: Buffer): void {
    const begins = this.#pending.length === 0;
    this.#pending.append(chunk);
    const answered = this.#answerPending();
    if (answered || begins) this.#setDeadline();
  }

  #onDrain(): void {
    this.#blocked = false;
    this.#answerPending();
    this.#setDeadline();
  }

  /** Answers the whole messages that wait, until the client must read first. @returns whether there was one */
  #answerPending(): boolean {
    const before = this.#pending.length;
    while (!this.#blocked && this.#socket.writable && this.#answerBatch());
    const answered = this.#pending.length < before;
    if (this.#blocked) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#ending && !this.#blocked) this.#finish();
    return answered;
  }

  /**
   * Answers messages until enough octets are gathered, and sends the answers with their lengths in one write: so none waits for an
   * acknowledgement of its length (RFC 7766 section 8). @returns whether there was an answer
   */
  #answerBatch(): boolean {
    const { responder, observer, batch } = this.#parts;
    const { bytes, length: available } = this.#pending;
    const out = batch.bytes;
    let size = 0;
    let at = 0;
    while (size < BATCH && at + LENGTH <= available) {
      const start = at + LENGTH;
      const end = start + ((bytes[at]! << 8) | bytes[at + 1]!);
      if (end > available) break;
      const length = responder.prepare(bytes, start, end, this.#channel, this.#client.address);
      at = end;
      if (length === 0) {
        // What must not be answered is no DNS client's: nothing good follows, but what came before it is answered.
        this.#ending = true;
        at = available;
        break;
      }
      const replyAt = size + LENGTH;
      out[size] = length >> 8;
      out[size + 1] = length;
      responder.write(out, replyAt, this.#channel);
      size = replyAt + length;
      observer.see?.(bytes.subarray(start, end), out.subarray(replyAt, size), 'tcp', this.#client);
    }
    this.#pending.consume(at);
    if (size > 0) this.#write(out.subarray(0, size));
    return size > 0;
  }

  #write(answers: Buffer): void {
    this.#socket.write(answers);
    const unsent = this.#socket.writableLength;
    if (unsent > 0) this.#parts.batch.giveAway();
    this.#blocked = unsent > this.#parts.limits.unsentBytes;
  }

  #setDeadline(): void {
    const { limits, clock } = this.#parts;
    const now = clock.monotonic();
    if (this.#blocked) this.deadline = now + limits.writeTimeout;
    else this.deadline = now + (this.#pending.length > 0 ? limits.messageTimeout : limits.idleTimeout);
  }

  /** Sends what is left to send and ends the connection. */
  #finish(): void {
    this.#socket.end();
    this.deadline = this.#parts.clock.monotonic() + this.#parts.limits.writeTimeout;
  }
}
