import type { Socket } from 'node:net';
import type { Clock } from '#libs/time';
import { ByteQueue } from './byte-queue.js';
import type { Responder } from './responder.js';
import type { TcpLimits } from './tcp-limits.js';

/** Octets of the length in front of each message (RFC 1035 section 4.2.2). */
const LENGTH = 2;

/** Octets of answers that are gathered into one write. */
const BATCH = 64 * 1024;

/**
 * One client over TCP: its questions may come in any pieces and any number at once (RFC 7766). Answers are made only as fast as the client
 * takes them; a client that does not read, or does not finish a message, is cut off at its deadline.
 */
export class TcpConnection {
  /** When it is cut off, in `Clock.monotonic` time. */
  deadline: number;
  readonly #socket: Socket;
  readonly #responder: Responder;
  readonly #limits: TcpLimits;
  readonly #clock: Clock;
  /** What came in and was not yet answered; bounded, as a paused socket brings no more. */
  readonly #pending = new ByteQueue();
  /** Whether the client takes no more answers for now. */
  #blocked = false;
  /** Whether no more questions are taken. */
  #ending = false;

  constructor(socket: Socket, responder: Responder, limits: TcpLimits, clock: Clock) {
    this.#socket = socket;
    this.#responder = responder;
    this.#limits = limits;
    this.#clock = clock;
    this.deadline = clock.monotonic() + limits.messageTimeout;
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
    let at = 0;
    while (!this.#blocked && this.#socket.writable) {
      const batch: Buffer[] = [];
      at = this.#answerBatch(at, batch);
      if (batch.length === 0) break;
      this.#write(batch);
    }
    this.#pending.consume(at);
    if (this.#blocked) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#ending && !this.#blocked) this.#finish();
    return at > 0;
  }

  /** Answers messages from `at` on until enough octets are gathered. @returns where the first unanswered one begins */
  #answerBatch(at: number, batch: Buffer[]): number {
    let size = 0;
    let next = at;
    while (size < BATCH && this.#hasMessage(next)) {
      const end = next + LENGTH + this.#pending.uint16(next);
      const reply = this.#responder.respond(this.#pending.view(next + LENGTH, end), 'tcp');
      next = end;
      // What must not be answered is no DNS client's: nothing good follows, but what came before it is answered.
      if (!reply) {
        this.#ending = true;
        return this.#pending.length;
      }
      const length = Buffer.allocUnsafe(LENGTH);
      length.writeUInt16BE(reply.length);
      batch.push(length, reply);
      size += reply.length;
    }
    return next;
  }

  #hasMessage(at: number): boolean {
    const { length } = this.#pending;
    return length >= at + LENGTH && length >= at + LENGTH + this.#pending.uint16(at);
  }

  /** Lengths and messages go out in one write, so that no answer waits for an acknowledgement of its length (RFC 7766 section 8). */
  #write(batch: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(batch));
    this.#blocked = this.#socket.writableLength > this.#limits.unsentBytes;
  }

  #setDeadline(): void {
    const { messageTimeout, idleTimeout, writeTimeout } = this.#limits;
    const now = this.#clock.monotonic();
    if (this.#blocked) this.deadline = now + writeTimeout;
    else this.deadline = now + (this.#pending.length > 0 ? messageTimeout : idleTimeout);
  }

  /** Sends what is left to send and ends the connection. */
  #finish(): void {
    this.#socket.end();
    this.deadline = this.#clock.monotonic() + this.#limits.writeTimeout;
  }
}
