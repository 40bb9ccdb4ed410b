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
 * takes them, and a batch in each turn of the event loop, so that one client with many questions does not hold up all others; a client that does
 * not read, or does not finish a message, is cut off at its deadline.
 */
export class TcpConnection {
  /** When it is cut off, in `Clock.monotonic` time, and since when it has that long. */
  #deadline: number;
  #since: number;
  readonly #socket: Socket;
  readonly #parts: TcpParts;
  readonly #client: Client;
  readonly #channel: Channel;
  /** What came in and was not yet answered; bounded, as a paused socket brings no more. */
  readonly #pending = new ByteQueue();
  /** Whether the client takes no more answers for now. */
  #blocked = false;
  /** Whether the questions that wait have their turn after those of others. */
  #waiting = false;
  /** Whether the next answer is to be the last. */
  #leaving = false;
  /** Whether no more questions are taken. */
  #ending = false;

  constructor(socket: Socket, client: Client, parts: TcpParts) {
    this.#socket = socket;
    this.#client = client;
    this.#parts = parts;
    this.#channel = parts.channels[client.address.includes(':') ? 6 : 4];
    this.#since = parts.clock.monotonic();
    this.#deadline = this.#since + parts.limits.messageTimeout;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrain());
    socket.on('end', () => this.drain());
    socket.on('error', () => socket.destroy());
  }

  /** Answers what has come whole, then ends the connection: the client has no more questions, or the server wants none. */
  drain(): void {
    this.#ending = true;
    if (!this.#blocked && !this.#waiting) this.#finish();
  }

  /**
   * Ends the connection with the answer to the client's next question, since one that is sent meanwhile would be lost. One who asks
   * nothing more goes when idle for too long.
   */
  leave(): void {
    this.#leaving = true;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Whether its time is up at `now`; while the server is crowded one without a question under way has less. */
  isLate(now: number, crowded: boolean): boolean {
    const idle = this.#pending.length === 0 && !this.#blocked && !this.#ending;
    const sooner = crowded && idle ? this.#since + this.#parts.limits.crowdedIdleTimeout : Infinity;
    return now >= Math.min(this.#deadline, sooner);
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

  readonly #onTurn = (): void => {
    this.#waiting = false;
    this.#answerPending();
    this.#setDeadline();
  };

  /** Answers a batch of the whole messages that wait, unless the client must read first or others come first. @returns whether there was one */
  #answerPending(): boolean {
    if (this.#waiting) return false;
    const before = this.#pending.length;
    const more = !this.#blocked && this.#socket.writable && this.#answerBatch() && !this.#blocked;
    if (more) {
      this.#waiting = true;
      setImmediate(this.#onTurn);
    }
    if (more || this.#blocked) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
    const answered = this.#pending.length < before;
    if (this.#leaving && answered && this.#pending.length === 0) this.#ending = true;
    if (this.#ending && !this.#blocked && !more) this.#finish();
    return answered;
  }

  /**
   * Answers messages until enough octets are gathered, and sends the answers with their lengths in one write: so none waits for an
   * acknowledgement of its length (RFC 7766 section 8). @returns whether there may be more to answer
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
    return size >= BATCH && this.#pending.length > 0;
  }

  #write(answers: Buffer): void {
    this.#socket.write(answers);
    const unsent = this.#socket.writableLength;
    if (unsent > 0) this.#parts.batch.giveAway();
    this.#blocked = unsent > this.#parts.limits.unsentBytes;
  }

  #setDeadline(): void {
    const { limits, clock } = this.#parts;
    const reading = this.#pending.length > 0 ? limits.messageTimeout : limits.idleTimeout;
    this.#since = clock.monotonic();
    this.#deadline = this.#since + (this.#blocked || this.#ending ? limits.writeTimeout : reading);
  }

  /** Sends what is left to send and ends the connection. */
  #finish(): void {
    this.#socket.end();
    this.#setDeadline();
  }
}
