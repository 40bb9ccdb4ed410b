import { createSocket } from 'node:dgram';
import { readReply } from '../../conformance/dns-reply.js';
import type { Change } from './changes.js';

/** What a change's 200 promises: so many milliseconds later no answer may show the state before. */
const PROMISED_MS = 5;

/** When a question without an answer is asked again, and when a change that does not show is given up. */
const LOST_MS = 500;
const HOPELESS_MS = 5_000;

/** Answers that showed the state before a change although its 200 had come. */
export interface Staleness {
  stale: number;
  /** Of those, the ones that came more than 5 ms after the 200. */
  late: number;
  /** Milliseconds from the 200 to the last stale answer, of the change for which that took longest. */
  oldest: number;
}

/** Asks a DNS server over UDP whether it shows changes. */
export class StalenessChecker {
  readonly seen: Staleness = { stale: 0, late: 0, oldest: 0 };
  readonly #socket = createSocket('udp4');
  readonly #waiting = new Map<number, (reply: Buffer) => void>();
  #id = 0;

  constructor(host: string, port: number) {
    this.#socket.on('message', (reply: Buffer) => this.#waiting.get(reply.readUInt16BE(0))?.(reply));
    this.#socket.connect(port, host);
  }

  /** Makes sure that the change is one, and that the server has an answer to keep that the change makes wrong. */
  async seeBefore(change: Change): Promise<void> {
    if (await this.#shows(change)) throw new Error(`${change.record} is no change`);
  }

  /** Asks, from the 200 on, until the change shows. */
  async seeAfter(change: Change): Promise<void> {
    const changed = performance.now();
    while (!(await this.#shows(change))) {
      const age = performance.now() - changed;
      this.seen.stale++;
      if (age > PROMISED_MS) this.seen.late++;
      this.seen.oldest = Math.max(this.seen.oldest, age);
      if (age > HOPELESS_MS) throw new Error(`${change.record} did not change in ${HOPELESS_MS} ms`);
    }
  }

  close(): void {
    this.#socket.close();
  }

  async #shows({ question, record, present }: Change): Promise<boolean> {
    const { answer } = readReply(await this.#ask(question)) as unknown as { answer: readonly string[] };
    return answer.includes(record) === present;
  }

  async #ask(question: Buffer): Promise<Buffer> {
    const id = this.#id++ & 0xffff;
    question.writeUInt16BE(id);
    const reply = new Promise<Buffer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(question);
    const again = setInterval(() => this.#socket.send(question), LOST_MS);
    try {
      return await reply;
    } finally {
      clearInterval(again);
      this.#waiting.delete(id);
    }
  }
}
