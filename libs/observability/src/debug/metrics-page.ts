import type { Logger } from '../log/logger.js';
import { expose } from '../metrics/exposition.js';
import type { Exposable } from '../metrics/metrics.js';
import { GET, type Page } from './page.js';

/** `GET /metrics`: for Prometheus. */
export function metricsPage(metrics: Exposable): Page {
  return {
    path: '/metrics',
    methods: GET,
    guarded: false,
    async answer({ accept }) {
      return { status: 200, ...(await expose(metrics, accept)) };
    },
  };
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** Sets the level of a program's log, in all of its processes. */
export type SetLevel = (level: string) => void | Promise<void>;

/** `GET` and `PUT /log/level`: the level of the log, until the next reload or start. */
export function logLevelPage(log: Logger, setLevel: SetLevel): Page {
  return {
    path: '/log/level',
    methods: [...GET, 'PUT'],
    guarded: true,
    async answer({ method, body }) {
      if (method !== 'PUT') return { status: 200, body: `${log.level}\n` };
      const level = body.trim();
      if (!LEVELS.includes(level)) return { status: 400, body: `the body must be one of ${LEVELS.join(', ')}\n` };
      const before = log.level;
      await setLevel(level);
      log.warn({ before, level }, 'the level of the log has been set');
      return { status: 200, body: `${level}\n` };
    },
  };
}
