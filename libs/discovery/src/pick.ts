import type { Instance } from './agent.js';

/**
 * Picks an instance at random, each in proportion to its weight (RFC 2782 means the same by the weight of an SRV record).
 *
 * @param random numbers from 0 up to 1
 * @returns undefined when there is none with a weight above 0
 */
export function pickInstance(instances: readonly Instance[], random: () => number = Math.random): Instance | undefined {
  const total = instances.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random() * total;
  for (const instance of instances) {
    rest -= instance.weight;
    if (rest < 0) return instance;
  }
  return undefined;
}
