import type { Socket } from 'node:net';
import type { Clock } from '#libs/time';
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
  #pending: Buffer = Buffer.alloc(0);
  /** Whether the client takes no more answers for now. */
  #blocked = false;
  /** Whether no more questions are taken: the client has ended, or the server drains. */
  #ending = false;

  constructor(socket: Socket, responder: Responder, limits: TcpLimits, clock: Clock) {
    this.#socket = socket;
    this.#responder = responder;
    this.#limits = limits;
    this.#clock = clock;
    this.deadline = clock.monotonic() + limits.messageTimeout;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrain());
    socket.on('end', () => this.#onEnd());
    socket.on('error', () => socket.destroy());
  }

  /** Answers what has come whole, then ends the connection. */
  drain(): void {
    if (this.#pending.length === 0) this.#finish();
    this.#ending = true;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#answerPending();
  }

  #onDrain(): void {
    this.#blocked = false;
    this.#answerPending();
  }

  #onEnd(): void {
    this.#ending = true;
    if (!this.#blocked) this.#finish();
  }

  /** Answers the whole messages that wait, until the client must read first. */
  #answerPending(): void {
    let at = 0;
    while (!this.#blocked && !this.#socket.destroyed) {
      const batch: Buffer[] = [];
      at = this.#answerBatch(at, batch);
      if (batch.length === 0) break;
      this.#write(batch);
    }
    this.#pending = this.#pending.subarray(at);
    this.#setDeadline(at > 0);
    if (this.#blocked) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#ending && !this.#blocked && !this.#hasMessage(0)) this.#finish();
  }

  /** Answers messages from `at` on until enough octets are gathered. @returns where the first unanswered one begins */
  #answerBatch(at: number, batch: Buffer[]): number {
    let size = 0;
    let next = at;
    while (size < BATCH && this.#hasMessage(next)) {
      const end = next + LENGTH + this.#pending.readUInt16BE(next);
      const reply = this.#responder.respond(this.#pending.subarray(next + LENGTH, end), 'tcp');
      next = end;
      // What must not be answered is no DNS client's: nothing good follows on this connection.
      if (!reply) {
        this.#socket.destroy();
        break;
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
    return length >= at + LENGTH && length >= at + LENGTH + this.#pending.readUInt16BE(at);
  }

  /** Lengths and messages go out in one write, so that no answer waits for an acknowledgement of its length (RFC 7766 section 8). */
  #write(batch: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(batch));
    this.#blocked = this.#socket.writableLength > this.#limits.unsentBytes;
  }

  #setDeadline(answered: boolean): void {
    const { messageTimeout, idleTimeout, writeTimeout } = this.#limits;
    const now = this.#clock.monotonic();
    if (this.#blocked) this.deadline = now + writeTimeout;
    else if (answered) this.deadline = now + (this.#pending.length > 0 ? messageTimeout : idleTimeout);
  }

  #finish(): void {
    this.#socket.end();
    this.deadline = Math.min(this.deadline, this.#clock.monotonic() + this.#limits.writeTimeout);
  }
}
