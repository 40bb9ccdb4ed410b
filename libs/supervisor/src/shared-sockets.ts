import { once } from 'node:events';
import type { Channel } from '#libs/primary';
import type { Sockets } from '#libs/sockets';

/** What a primary hands out: Node's own form of a socket, which `listen` and `bind` take. */
type Handle = object;

/**
 * Sockets that the primary holds and that all workers have: what comes to one goes to whichever worker is quickest, and nothing is lost
 * when a worker closes its end. The first one that is used makes the worker a part of the traffic; the primary says when.
 */
export class SharedSockets {
  readonly #channel: Channel;
  readonly #prepare: () => void;
  readonly #settings: () => Promise<void>;
  #entered: Promise<void> | undefined;

  /**
   * @param prepare what is done before anything can come
   * @param settings resolves when the latest settings are taken on
   */
  constructor(channel: Channel, prepare: () => void, settings: () => Promise<void>) {
    this.#channel = channel;
    this.#prepare = prepare;
    this.#settings = settings;
  }

  /** @param role tells sockets for different things apart, such as `http` */
  of(role: string): Sockets {
    const reserved = new Map<string, Promise<Handle>>();
    const open = (kind: 'tcp' | 'udp', host: string, port: number) =>
      this.#channel.ask<Handle>('open', { role, kind, host, port });
    const openTcp = (host: string, port: number) => {
      const key = `${host} ${port}`;
      const handle = reserved.get(key) ?? open('tcp', host, port);
      reserved.set(key, handle);
      return handle;
    };
    return {
      async reserve(host, port) {
        await openTcp(host, port);
      },
      listen: async (server, host, port) => {
        const handle = await openTcp(host, port);
        await this.#enter();
        const listening = once(server, 'listening');
        server.listen(handle);
        await listening;
      },
      bind: async (socket, host, port) => {
        const handle = await open('udp', host, port);
        await this.#enter();
        const listening = once(socket, 'listening');
        socket.bind(handle as never);
        await listening;
      },
    };
  }

  #enter(): Promise<void> {
    return (this.#entered ??= this.#begin());
  }

  async #begin(): Promise<void> {
    this.#prepare();
    await this.#channel.ask('enter');
    await this.#settings();
  }
}
