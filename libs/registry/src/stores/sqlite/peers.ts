import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** Octets that may wait for a process that does not read: it was stopped, and what it misses it looks for when it goes on. */
const MAX_WAITING = 1 << 20;

type OnMessage = (message: unknown) => void;

/** The meeting point of the processes over one folder: what one of them sends, all others get. */
export class Hub {
  readonly #onMessage: OnMessage;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
    this.#server = createServer((socket) => this.#accept(socket)).unref();
  }

  /**
   * Opens it. Whatever is at `path` is what a process left that was killed: the caller holds the lease.
   *
   * @throws Error of the system when it cannot listen there
   */
  static async listen(path: string, onMessage: OnMessage): Promise<Hub> {
    const hub = new Hub(onMessage);
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      hub.#server.once('error', reject);
      hub.#server.listen(path, resolve);
    });
    // A connection that could not be accepted, for lack of descriptors: the other process tries again.
    hub.#server.on('error', () => {});
    chmodSync(path, 0o600);
    return hub;
  }

  /** Sends to all processes that are connected. */
  send(message: unknown): void {
    this.#relay(toLine(message), undefined);
  }

  /** Disconnects everybody and removes the socket. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.unref();
    // A connection that broke: the process at the other end is gone, and comes back if it is not.
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    readLines(socket, (line, message) => {
      this.#relay(line, socket);
      this.#onMessage(message);
    });
  }

  #relay(line: string, from: Socket | undefined): void {
    for (const socket of this.#sockets) if (socket !== from) write(socket, line);
  }
}

/** A process's connection to the hub. */
export class Link {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @param onClose called once when the connection is gone @throws Error of the system when nobody listens */
  static async connect(path: string, onMessage: OnMessage, onClose: () => void): Promise<Link> {
    const socket = createConnection(path).unref();
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', resolve);
    });
    socket.on('error', () => {});
    socket.once('close', onClose);
    readLines(socket, (_line, message) => onMessage(message));
    return new Link(socket);
  }

  send(message: unknown): void {
    write(this.#socket, toLine(message));
  }

  close(): void {
    this.#socket.destroy();
  }
}

function toLine(message: unknown): string {
  return `${JSON.stringify(message)}\n`;
}

function write(socket: Socket, line: string): void {
  if (socket.writableLength < MAX_WAITING) socket.write(line);
}

/** Calls `onLine` with each line and the JSON in it. Whoever sends something else is disconnected. */
function readLines(socket: Socket, onLine: (line: string, message: unknown) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    const messages = parseLines(lines);
    if (!messages || rest.length > MAX_WAITING) return void socket.destroy();
    messages.forEach((message, i) => onLine(`${lines[i]}\n`, message));
  });
}

function parseLines(lines: readonly string[]): unknown[] | undefined {
  try {
    return lines.map((line) => JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
}
