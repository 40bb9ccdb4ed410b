import type { Probe } from './probe.js';

/** Whether the HTTP port is open. */
export function listenerProbe(isListening: () => boolean): Probe {
  return {
    name: 'listener',
    cacheMs: 0,
    check() {
      if (!isListening()) throw new Error('the HTTP port is not open');
    },
  };
}
