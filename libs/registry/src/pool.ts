import type { Check, Instance, Pairs, ServiceAddress } from './model.js';

/** How many different values of a kind are remembered; beyond, they are forgotten, which only costs memory. */
const MAX_REMEMBERED = 10_000;
/** Longer values, in UTF-16 code units of text or of JSON, are rarely equal. */
const MAX_LENGTH = 512;

/** Values of one kind, each kept once. */
class Shared<T> {
  readonly #byKey = new Map<string, T>();

  get(key: string, value: T): T {
    if (key.length > MAX_LENGTH) return value;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#byKey.size >= MAX_REMEMBERED) this.#byKey.clear();
    this.#byKey.set(key, value);
    return value;
  }
}

/**
 * Makes records share what is equal in most of them: names, tags, metadata, weights, probes. Of 100,000 instances each with a check
 * that is two fifths of the memory. Records are never changed in place, so nobody notices.
 */
export class Pool {
  readonly #texts = new Shared<string>();
  readonly #values = new Shared<unknown>();

  instance(instance: Instance): Instance {
    const { address } = instance;
    return {
      ...instance,
      node: this.#text(instance.node),
      service: this.#text(instance.service),
      tags: this.#value(instance.tags),
      taggedAddresses: this.#addresses(instance.taggedAddresses, address, instance.port),
      meta: this.#value<Pairs>(instance.meta),
      weights: this.#value(instance.weights),
    };
  }

  /** @param instance what the check is about, if that is an instance */
  check(check: Check, instance: Instance | undefined): Check {
    return {
      ...check,
      node: this.#text(check.node),
      name: this.#text(check.name),
      notes: this.#text(check.notes),
      output: this.#text(check.output),
      serviceId: instance?.id ?? check.serviceId,
      serviceName: this.#text(check.serviceName),
      type: this.#text(check.type),
      interval: this.#text(check.interval),
      timeout: this.#text(check.timeout),
      definition: this.#value(check.definition),
      ...(check.probe && { probe: this.#value(check.probe) }),
    };
  }

  #text(text: string): string {
    return this.#texts.get(text, text);
  }

  #value<T extends object>(value: T): T {
    return this.#values.get(JSON.stringify(value), value) as T;
  }

  /** Most are the instance's own. */
  #addresses(
    tagged: Readonly<Record<string, ServiceAddress>>,
    address: string,
    port: number,
  ): Readonly<Record<string, ServiceAddress>> {
    const own = { address, port };
    const entries = Object.entries(tagged).map(([kind, one]) => {
      const same = one.address === address && one.port === port;
      return [kind, same ? own : one] as const;
    });
    return entries.length === 0 ? this.#value(tagged) : Object.fromEntries(entries);
  }
}
