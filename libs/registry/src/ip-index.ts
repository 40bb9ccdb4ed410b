import { canonicalAddress } from './address.js';

/** Entries by IP address. An entry must be taken out before its `ip` changes. */
export class IpIndex<T extends { readonly ip: string | undefined }> {
  readonly #byIp = new Map<string, Set<T>>();

  /** Entries at the address `text`, in any spelling; none for what is no IP address. */
  at(text: string): Iterable<T> {
    return this.#byIp.get(canonicalAddress(text) ?? '') ?? [];
  }

  add(entry: T): void {
    if (entry.ip === undefined) return;
    const entries = this.#byIp.get(entry.ip);
    if (entries) entries.add(entry);
    else this.#byIp.set(entry.ip, new Set([entry]));
  }

  delete(entry: T): void {
    if (entry.ip === undefined) return;
    const entries = this.#byIp.get(entry.ip);
    entries?.delete(entry);
    if (entries?.size === 0) this.#byIp.delete(entry.ip);
  }
}
