import type { Clock, Timer } from '#libs/time';
import { StoreError, type Lease, type LeaseListener } from '../store.js';
import { takeLock, type Lock } from './lock.js';
import { Hub, Link } from './peers.js';

export interface JobOptions {
  /** The file whose lock is the lease. */
  readonly file: string;
  /** Where its holder listens. */
  readonly socket: string;
  readonly clock: Clock;
  readonly listener: LeaseListener;
  /** Somebody committed, or may have while this process was not connected. */
  readonly onCommitted: () => void;
}

/** Between two attempts to become the holder or to reach it, in milliseconds. */
const RETRY_EVERY = 100;
/** How long what is told may wait for a new holder: one that there is takes over at once. */
const TELL_WITHIN = 3_000;

/** A revision that nobody needs to know: whoever hears of one looks for what is new. */
const UNKNOWN = 0;

/** What the processes send each other: that there is a new revision, or what one of them wants to tell. */
type Message = { readonly committed: number } | { readonly told: unknown };

interface Waiting {
  readonly message: Message;
  readonly timer: Timer;
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

/** A job of the processes over one folder: one holds the lock and is the hub, and all others are linked to it until it goes. */
export class Job implements Lease {
  readonly #options: JobOptions;
  readonly #waiting = new Set<Waiting>();
  #lock: Lock | undefined;
  #hub: Hub | undefined;
  #link: Link | undefined;
  #timer: Timer | undefined;
  #released = false;

  constructor(options: JobOptions) {
    this.#options = options;
  }

  get held(): boolean {
    return this.#lock !== undefined;
  }

  /** Makes the first attempt. @throws StoreError when the lock's file cannot be used */
  async start(): Promise<void> {
    this.#stand();
    await this.#meet();
  }

  /** Lets the others know of a new revision, as far as they can be reached. */
  announce(committed: number): void {
    this.#send({ committed });
  }

  async tell(told: unknown): Promise<void> {
    const message = { told };
    if (this.#released) throw released();
    if (this.#send(message)) return;
    await new Promise<void>((resolve, reject) => {
      const away = new StoreError('away', `the process that listens on ${this.#options.socket} cannot be reached`);
      const timer = this.#options.clock.after(TELL_WITHIN, () => {
        this.#waiting.delete(waiting);
        reject(away);
      });
      const waiting = { message, timer, resolve, reject };
      this.#waiting.add(waiting);
    });
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#timer?.cancel();
    this.#link?.close();
    for (const { timer, reject } of this.#waiting) {
      timer.cancel();
      reject(released());
    }
    // The hub first: it removes its socket, which would else be that of the next holder.
    await this.#hub?.close();
    this.#hub = undefined;
    this.#lock?.release();
    this.#lock = undefined;
  }

  /** Opens the hub, or connects to it. */
  async #meet(): Promise<void> {
    try {
      if (this.#lock) await this.#open();
      else await this.#connect();
      this.#flush();
    } catch {
      // Nobody listens yet, or no more: who takes over is decided at the next attempt.
      if (!this.#released) this.#timer = this.#options.clock.after(RETRY_EVERY, () => this.#retry());
    }
  }

  async #open(): Promise<void> {
    const hub = await Hub.listen(this.#options.socket, (message) => this.#receive(message));
    if (this.#released) return hub.close();
    this.#hub = hub;
  }

  async #connect(): Promise<void> {
    const { socket, onCommitted } = this.#options;
    const link = await Link.connect(
      socket,
      (message) => this.#receive(message),
      () => this.#onUnlinked(),
    );
    if (this.#released) return link.close();
    this.#link = link;
    onCommitted();
    // The others may have missed a commit of this process too: nobody could be told of it.
    this.announce(UNKNOWN);
  }

  #onUnlinked(): void {
    this.#link = undefined;
    if (!this.#released) this.#retry();
  }

  #retry(): void {
    try {
      this.#stand();
    } catch {
      // Tried again, as the connection is.
    }
    void this.#meet();
  }

  /** Takes the lock unless another process has it. */
  #stand(): void {
    if (this.#lock) return;
    this.#lock = takeLock(this.#options.file);
    if (this.#lock) this.#options.listener.onHeld();
  }

  #flush(): void {
    for (const { message, timer, resolve } of this.#waiting) {
      timer.cancel();
      this.#send(message);
      resolve();
    }
    this.#waiting.clear();
  }

  /** @returns whether the holder has it, or this process is the holder */
  #send(message: Message): boolean {
    this.#hub?.send(message);
    this.#link?.send(message);
    return this.#link !== undefined || this.held;
  }

  #receive(message: unknown): void {
    const { committed, told } = message as { committed?: unknown; told?: unknown };
    if (committed !== undefined) this.#options.onCommitted();
    if (told !== undefined) this.#options.listener.onTold(told);
  }
}

function released(): StoreError {
  return new StoreError('closed', 'the lease was given up');
}
