import { FakeClock } from '#libs/testing';
import { AnswerCache } from '../src/server/answer-cache.js';
import type { Log } from '../src/server/log.js';
import { Responder } from '../src/server/responder.js';
import type { ZoneOptions } from '../src/zone/options.js';
import { Zone } from '../src/zone/zone.js';
import { MemoryDirectory } from './memory-directory.js';
import { zoneOptions } from './zone-options.js';

/** Keeps the messages that are logged. */
export class ListLog implements Log {
  readonly lines: string[] = [];
  info = (_: object, message: string) => void this.lines.push(message);
  warn = this.info;
  error = this.info;
}

/** A responder over an empty directory, without sockets. */
export function startResponder(options: Partial<ZoneOptions> = {}, cacheBytes = 4 * 1024 * 1024) {
  const directory = new MemoryDirectory();
  const clock = new FakeClock();
  const log = new ListLog();
  const zone = new Zone(zoneOptions(options), directory, clock);
  const cache = new AnswerCache(cacheBytes);
  directory.subscribe((change) => cache.drop(change));
  return {
    directory,
    clock,
    log,
    zone,
    responder: new Responder({ zone, zoneOptions: zoneOptions(options), cache, clock, log }),
  };
}
