import { FakeClock } from '#libs/testing';
import { AnswerCache } from '../src/server/answer-cache.js';
import { Counters } from '../src/server/counters.js';
import type { Log } from '../src/server/log.js';
import { Responder } from '../src/server/responder.js';
import { replySource, type DnsSettings } from '../src/server/settings.js';
import type { ZoneOptions } from '../src/zone/options.js';
import type { Transport } from '../src/zone/query.js';
import { MemoryDirectory } from './memory-directory.js';
import { dnsSettings } from './zone-options.js';

/** Keeps what is logged. */
export class ListLog implements Log {
  readonly lines: string[] = [];
  readonly details: object[] = [];
  info = (details: object, message: string) => {
    this.details.push(details);
    this.lines.push(message);
  };
  warn = this.info;
  error = this.info;
}

/** A responder over an empty directory, without sockets. */
export function startResponder(
  options: Partial<ZoneOptions> = {},
  cacheBytes = 4 * 1024 * 1024,
  settings: Partial<DnsSettings> = {},
) {
  const directory = new MemoryDirectory();
  const clock = new FakeClock();
  const log = new ListLog();
  const cache = new AnswerCache(cacheBytes);
  const counters = new Counters();
  const parts = { directory, clock, idleTimeout: 10_000, ownSecret: Buffer.alloc(16, 7) };
  directory.subscribe((change) => cache.drop(change));
  const source = replySource(dnsSettings(options, settings), parts);
  const responder = new Responder({ source, cache, counters, clock, log });

  /** The reply to a query, which may lie in the midst of other octets. */
  function respond(query: Buffer, transport: Transport, client = '127.0.0.1'): Buffer | undefined {
    const channel = counters.channels[transport][client.includes(':') ? 6 : 4];
    const around = Buffer.concat([Buffer.from('before'), query, Buffer.from('behind')]);
    const length = responder.prepare(around, 6, 6 + query.length, channel, client);
    if (length === 0) return undefined;
    const out = Buffer.alloc(length + 4);
    responder.write(out, 2, channel);
    return out.subarray(2, -2);
  }

  return { directory, clock, log, cache, counters, respond };
}
