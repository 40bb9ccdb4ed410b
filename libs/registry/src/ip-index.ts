import { canonicalAddress } from './address.js';

/** Entries by IP address. An entry must be taken out before its `ip` changes. */
export class IpIndex<T extends { readonly ip: string | undefined }> {
  /** Nearly every address has one entry, and a set costs more than the entry. */
  readonly #byIp = new Map<string, T | Set<T>>();

  /** Entries at the address `text`, in any spelling; none for what is no IP address. */
  at(text: string): Iterable<T> {
    const found = this.#byIp.get(canonicalAddress(text) ?? '');
    if (found instanceof Set) return found;
    return found ? [found] : [];
  }

  add(entry: T): void {
    if (entry.ip === undefined) return;
    const found = this.#byIp.get(entry.ip);
    if (found instanceof Set) found.add(entry);
    else this.#byIp.set(entry.ip, found ? new Set([found, entry]) : entry);
  }

  delete(entry: T): void {
    if (entry.ip === undefined) return;
    const found = this.#byIp.get(entry.ip);
    if (found instanceof Set) found.delete(entry);
    if (found === entry || (found instanceof Set && found.size === 0)) this.#byIp.delete(entry.ip);
  }
}
