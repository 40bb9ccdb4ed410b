import type { Config } from '#libs/config';
import { LocalRates, SharedRates, type RateStore } from '#libs/http';
import type { Logger } from '#libs/observability';
import { GuardedRedis } from '#libs/redis';
import type { Clock } from '#libs/time';
import { LocalAttempts, type AttemptStore } from '../auth/attempts.js';
import { RedisLedger } from './redis-ledger.js';
import { SCRIPTS, type Client } from './scripts.js';
import { SharedAttempts } from './shared-attempts.js';

/** What a request may lose to Redis, in milliseconds. After that nobody asks it until it works again. */
const PATIENCE_MS = 50;

export interface LimitStoresOptions {
  readonly config: Pick<Config, 'limits' | 'redis'>;
  /** What all names in Redis begin with. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Where rates and failed logins are counted. */
export interface LimitStores {
  readonly rates: RateStore;
  readonly attempts: AttemptStore;
  readonly counters: LimitCounters;
  /** Begins, and waits for no server. */
  start(): void;
  stop(): Promise<void>;
}

export interface LimitCounters {
  /** False while Redis is away, and each process counts by itself. */
  readonly isUp: boolean;
  /** What this process has counted by itself because Redis could not be used. */
  readonly alone: { readonly rates: number; readonly logins: number };
}

/** Makes the stores: in Redis when `[redis] url` names one, else in this process. */
export function openLimitStores(options: LimitStoresOptions): LimitStores {
  const { limits, redis } = options.config;
  return limits.enabled && redis.url !== '' ? sharedStores(options) : localStores(options.clock);
}

function localStores(clock: Clock): LimitStores {
  return {
    rates: new LocalRates(clock),
    attempts: new LocalAttempts(clock),
    counters: { isUp: true, alone: { rates: 0, logins: 0 } },
    start() {},
    async stop() {},
  };
}

function sharedStores({ config, prefix, clock, log }: LimitStoresOptions): LimitStores {
  const redis = new GuardedRedis<Client>({
    ...{ url: config.redis.url, scripts: SCRIPTS, clock, log, patience: PATIENCE_MS },
    without: 'rates and failed logins are counted without Redis, by each process',
    using: 'rates and failed logins are counted in Redis, for all processes',
  });
  const rates = new SharedRates(new RedisLedger(redis, prefix), clock);
  const attempts = new SharedAttempts({ redis, prefix, local: new LocalAttempts(clock) });
  return {
    ...{ rates, attempts },
    counters: {
      get isUp() {
        return redis.isUsed;
      },
      get alone() {
        return { rates: rates.alone, logins: attempts.alone };
      },
    },
    start: () => redis.start(),
    async stop() {
      await rates.stop();
      redis.stop();
    },
  };
}
