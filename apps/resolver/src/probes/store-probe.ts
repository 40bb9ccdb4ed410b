import type { Probe } from '#libs/probes';
import type { Registry } from '#libs/registry';

/** Whether registrations can be stored: not while the disk is full or broken. */
export function storeProbe(registry: Registry): Probe {
  return { name: 'store', cacheMs: 0, check: () => registry.requireWritable() };
}
