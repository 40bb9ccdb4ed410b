import type { Clock } from '#libs/time';
import { Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import type { ZoneOptions } from './options.js';

/** Makes the zone's SOA record. */
export class ZoneHead {
  readonly #soa: ZoneOptions['soa'];
  readonly #clock: Clock;
  #serial = 0;

  constructor(options: Pick<ZoneOptions, 'soa'>, clock: Clock) {
    this.#soa = options.soa;
    this.#clock = clock;
  }

  /** @param domain the zone's name as the question spells it */
  record(domain: Name): ResourceRecord {
    const { refresh, retry, expire, minTtl: minimum } = this.#soa;
    const mname = Name.fromLabels(['ns', ...domain.labels])!;
    const rname = Name.fromLabels(['hostmaster', ...domain.labels])!;
    const serial = this.#nextSerial();
    return record(domain, 'SOA', minimum, { mname, rname, serial, refresh, retry, expire, minimum });
  }

  /** Seconds since 1970, as in Consul; it never goes back, even when the machine's clock does. */
  #nextSerial(): number {
    this.#serial = Math.max(this.#serial, Math.floor(this.#clock.now() / 1000));
    return this.#serial;
  }
}
