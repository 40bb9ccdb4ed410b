/** What a program tells the process that started it, over Node's IPC channel, once it serves. */
export interface Ready {
  readonly event: 'ready';
  /** What it serves, by name: `{ registry: 'http://127.0.0.1:8500', dns: '127.0.0.1:8600' }`. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** An account that was made at this start: the only time that its password is told. */
  readonly account?: { readonly name: string; readonly password: string };
}

/** Whether a parent listens on an IPC channel. */
export function hasParent(): boolean {
  return process.send !== undefined;
}

/** Tells the parent, if there is one, that this program serves. */
export function tellParent(ready: Ready): void {
  // One that is gone has its end noticed elsewhere.
  if (process.connected) process.send?.(ready, undefined, {}, () => {});
}

/** Whether a message on an IPC channel is a `Ready`. */
export function isReady(message: unknown): message is Ready {
  return typeof message === 'object' && message !== null && (message as Ready).event === 'ready';
}
