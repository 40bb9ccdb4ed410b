import type { Clock } from '#libs/time';
import { Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import type { Directory } from './directory.js';
import type { ZoneOptions } from './options.js';

/** Makes the zone's SOA record. */
export class ZoneHead {
  readonly #soa: ZoneOptions['soa'];
  readonly #directory: Pick<Directory, 'revision'>;
  readonly #clock: Clock;
  /** The serial, and the directory's revision that it stands for. */
  #serial = 0;
  #revision: number | undefined;

  constructor(options: Pick<ZoneOptions, 'soa'>, directory: Pick<Directory, 'revision'>, clock: Clock) {
    this.#soa = options.soa;
    this.#directory = directory;
    this.#clock = clock;
  }

  /** @param domain the zone's name as the question spells it */
  record(domain: Name): ResourceRecord {
    const { refresh, retry, expire, minTtl: minimum } = this.#soa;
    const mname = Name.fromLabels(['ns', ...domain.labels])!;
    const rname = Name.fromLabels(['hostmaster', ...domain.labels])!;
    const serial = this.#serialNow();
    return record(domain, 'SOA', minimum, { mname, rname, serial, refresh, retry, expire, minimum });
  }

  /**
   * Seconds since 1970, as in Consul, but at the first question after a change: all replies until the next one tell the same, finished ones from the
   * cache too. It never goes back, even when the machine's clock does.
   */
  #serialNow(): number {
    const { revision } = this.#directory;
    if (revision !== this.#revision) {
      this.#revision = revision;
      this.#serial = Math.max(this.#serial, Math.floor(this.#clock.now() / 1000));
    }
    return this.#serial;
  }
}
