import type { ChildProcess } from 'node:child_process';

/** What answers a message: a value that JSON can hold, or a promise of one. */
export type Answerer = (params: never) => unknown;

/** An answer that is a socket of the process that gives it: both have it from then on. */
export class Handed {
  constructor(readonly handle: object) {}
}

/** Something that the other side could not do. `code` and `problems` are those of its error. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: string | undefined;
  readonly problems: readonly string[] | undefined;

  constructor({ message, code, problems }: Failure) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

interface Failure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly problems?: readonly string[] | undefined;
}

type Message =
  | { readonly kind: 'ask'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown; readonly failure?: Failure };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ChannelError) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** One end of Node's IPC channel. */
type End = Pick<ChildProcess, 'send' | 'connected'> & NodeJS.EventEmitter;

/**
 * Requests and answers between a primary and one of its workers, over Node's IPC channel. Both ends may ask; what is asked is a name
 * and a value that JSON can hold. Messages arrive in the order in which they were sent.
 */
export class Channel {
  readonly #end: End;
  readonly #answerers = new Map<string, Answerer>();
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  /** @param end a child process, or `process` in the child */
  constructor(end: ChildProcess | NodeJS.Process) {
    this.#end = end as End;
    this.#end.on('message', (message: Message, handle?: object) => void this.#receive(message, handle));
    this.#end.on('disconnect', () => this.#giveUp());
  }

  /** Answers what the other side asks under `name`. */
  on(name: string, answer: Answerer): void {
    this.#answerers.set(name, answer);
  }

  /**
   * Asks the other side. An answer that is a socket comes as its handle, for `listen` or `bind`.
   *
   * @param timeout in milliseconds; by default as long as the other side lives
   * @throws ChannelError when it could not do it, has gone, or takes longer
   */
  ask<T = unknown>(name: string, params?: unknown, timeout?: number): Promise<T> {
    const id = ++this.#asked;
    return new Promise<unknown>((resolve, reject) => {
      const late = () => this.#settle(id, { message: `no answer to ${name} within ${timeout} ms` });
      const timer = timeout === undefined ? undefined : setTimeout(late, timeout);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#send({ kind: 'ask', id, name, params });
    }) as Promise<T>;
  }

  #send(message: Message, handle?: object): void {
    const failed = (error: Error | null) => {
      if (error && message.kind === 'ask') this.#settle(message.id, { message: `the other process has gone` });
    };
    if (!this.#end.connected) failed(new Error());
    else this.#end.send(message, handle as never, failed);
  }

  async #receive(message: Message, handle: object | undefined): Promise<void> {
    if (message.kind === 'answer') return this.#settle(message.id, message.failure, handle ?? message.value);
    if (message.kind !== 'ask') return;
    const { id, name, params } = message;
    try {
      const value = await this.#answerer(name)(params as never);
      if (value instanceof Handed) this.#send({ kind: 'answer', id }, value.handle);
      else this.#send({ kind: 'answer', id, value });
    } catch (error) {
      const { message: text, code, problems } = error as Error & Failure;
      this.#send({ kind: 'answer', id, failure: { message: text, code, problems } });
    }
  }

  #answerer(name: string): Answerer {
    const answerer = this.#answerers.get(name);
    if (!answerer) throw new Error(`nobody answers ${name} here`);
    return answerer;
  }

  #settle(id: number, failure: Failure | undefined, value?: unknown): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (failure) waiting.reject(new ChannelError(failure));
    else waiting.resolve(value);
  }

  #giveUp(): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { message: 'the other process has gone' });
  }
}
