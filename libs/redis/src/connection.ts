import { Redis, type Result } from 'ioredis';
import { withDeadline, type Clock } from '#libs/time';
import { parseServerFacts, type ServerFacts } from './server-facts.js';
import { MemoryFullError, StoreUnavailableError } from './unavailable.js';

/** A script that `scripts` has, as a method of the client: the number of keys, the keys, the arguments. */
export type Script<Reply> = (
  keys: number,
  ...keysAndArguments: (string | number | Buffer)[]
) => Result<Reply, { type: 'default' }>;

export interface ConnectionOptions {
  /** `redis://:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string;
  readonly clock: Clock;
  /** In Lua, by the names of the client's methods. Redis gets to know them as they are used, and again when it has forgotten them. */
  readonly scripts: Readonly<Record<string, { readonly lua: string }>>;
  /** What was published on a channel that was subscribed to. */
  readonly onMessage?: (message: Buffer) => void;
  readonly onReady: () => void;
  readonly onClose: (reason: string) => void;
}

/** Waits for things that no request waits for: a TCP connection, an answer at all. In milliseconds. */
const CONNECT_TIMEOUT_MS = 1_000;
const COMMAND_TIMEOUT_MS = 1_000;
const SOCKET_TIMEOUT_MS = 2_000;
const LONGEST_RETRY_MS = 1_000;

/**
 * One connection for commands and for channels. RESP3 lets it be one, and so an answer to a command proves that everything published
 * before it has arrived. Nothing is queued and nothing is sent a second time: the caller decides.
 */
export class Connection<Client extends Redis> {
  readonly #redis: Client;
  readonly #clock: Clock;
  #heardAt = -Infinity;
  #lastError = 'not connected';

  constructor({ url, clock, scripts, onMessage, onReady, onClose }: ConnectionOptions) {
    this.#clock = clock;
    this.#redis = newClient(url, scripts) as Client;
    this.#redis.on('messageBuffer', (_channel, message) => onMessage?.(message));
    this.#redis.on('ready', onReady);
    this.#redis.on('error', (error) => (this.#lastError = error.message));
    this.#redis.on('close', () => onClose(this.#lastError));
  }

  /** When it was proven last that all messages had arrived, by the monotonic clock. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Connects, and goes on trying if that fails. Resolves after the first try. */
  async connect(): Promise<void> {
    await this.#redis.connect().catch(() => {});
  }

  close(): void {
    this.#redis.disconnect();
  }

  /** Sends one command. @throws StoreUnavailableError when it fails or takes longer than `waitMs` milliseconds */
  async send<T>(waitMs: number, command: (redis: Client) => Promise<T>): Promise<T> {
    if (this.#redis.status !== 'ready') throw new StoreUnavailableError(this.#lastError);
    const start = this.#clock.monotonic();
    try {
      const reply = await withDeadline(this.#clock, waitMs, command(this.#redis));
      this.#heardAt = start;
      return reply;
    } catch (error) {
      const { message } = error as Error;
      if (message.startsWith('OOM')) throw new MemoryFullError(message, { cause: error });
      throw new StoreUnavailableError(message, { cause: error });
    }
  }

  /** Gets to know the server. @throws StoreUnavailableError also when it is none that can be used */
  async greet(waitMs: number): Promise<ServerFacts> {
    const info = await this.send(waitMs, (redis) => redis.info());
    try {
      return parseServerFacts(info);
    } catch (error) {
      throw new StoreUnavailableError((error as Error).message, { cause: error });
    }
  }
}

function newClient(url: string, scripts: ConnectionOptions['scripts']): Redis {
  return new Redis(url, {
    lazyConnect: true,
    protocol: 3,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    retryStrategy: (times) => Math.min(50 * 2 ** (times - 1), LONGEST_RETRY_MS),
    // A master that was demoted: its name may lead to the new one by now.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
    scripts,
  });
}
