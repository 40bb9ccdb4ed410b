import { lookup } from 'node:dns/promises';
import { bindTcp, bindUdp, portOf, type Handle } from './handles.js';
import type { InheritedSocket } from './inherited-sockets.js';

/** A socket that a worker asks for. */
export interface WantedSocket {
  /** What it is for, such as `http`: two sockets for different things are two, though both ask for any free port. */
  readonly role: string;
  readonly kind: 'tcp' | 'udp';
  /** An address or a name. */
  readonly host: string;
  /** 0: a free one; for UDP one that is free for TCP as well, as DNS needs. */
  readonly port: number;
}

/** How often a port that is free for UDP may turn out to be taken for TCP. */
const ATTEMPTS = 20;

/**
 * The sockets of all workers. They stay open while workers come and go: what arrives in between waits in the kernel. Whoever asks for
 * the same gets the same, a free port included.
 */
export class HeldSockets {
  readonly #held = new Map<string, Promise<Handle>>();
  readonly #inherited: readonly InheritedSocket[];
  /** Those of them that somebody has asked for. */
  readonly #adopted = new Set<Handle>();

  /** @param inherited what this process was given: it is used in place of one at the same address and port */
  constructor(inherited: readonly InheritedSocket[] = []) {
    this.#inherited = inherited;
  }

  /** Inherited sockets that nobody has asked for, as `tcp 127.0.0.1 8500`. */
  get unused(): string[] {
    return this.#free.map(({ kind, bound }) => `${kind} ${bound.address} ${bound.port}`);
  }

  /** @throws the error of the system, such as EADDRINUSE; then nothing is kept */
  open(wanted: WantedSocket): Promise<Handle> {
    const key = socketKey(wanted);
    const held = this.#held.get(key) ?? this.#open(wanted);
    this.#held.set(key, held);
    held.catch(() => this.#held.delete(key));
    return held;
  }

  async #open({ kind, host, port }: WantedSocket): Promise<Handle> {
    const { address } = await lookup(host);
    const inherited = this.#free.find(
      ({ kind: of, bound }) => of === kind && bound.address === address && bound.port === port,
    );
    if (inherited) {
      this.#adopted.add(inherited.handle);
      return inherited.handle;
    }
    if (kind === 'tcp') return bindTcp(address, port);
    return port === 0 ? bindFreeUdp(address) : bindUdp(address, port);
  }

  /** Closes all others, but those that were inherited: their port stays bound elsewhere and could not be opened again. @param keys of `socketKey` */
  async retain(keys: ReadonlySet<string>): Promise<void> {
    for (const [key, held] of this.#held) {
      if (keys.has(key)) continue;
      this.#held.delete(key);
      this.#release(await held);
    }
  }

  get #free(): InheritedSocket[] {
    return this.#inherited.filter(({ handle }) => !this.#adopted.has(handle));
  }

  #release(handle: Handle): void {
    if (!this.#adopted.delete(handle)) handle.close();
  }
}

export function socketKey({ role, kind, host, port }: WantedSocket): string {
  return `${role} ${kind} ${host} ${port}`;
}

function bindFreeUdp(address: string): Handle {
  for (let attempt = 1; ; attempt++) {
    const handle = bindUdp(address, 0);
    try {
      bindTcp(address, portOf(handle, address, 0)).close();
      return handle;
    } catch (error) {
      handle.close();
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
