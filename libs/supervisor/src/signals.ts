import type { Config } from '#libs/config';
import type { Logger } from '#libs/observability';

/** A started program. */
export interface Running {
  /**
   * Takes on a changed configuration while it serves: whole, or, if it throws, not at all. Without it the settings of the start stay.
   *
   * @returns the settings that differ from those of the start and have to wait for the next one, as `[section] key`
   */
  reload?(config: Config): readonly string[] | Promise<readonly string[]>;
  /** Stops what was started, in the right order; called once. */
  stop(): Promise<void>;
}

/** A stop that takes longer is cut off, in milliseconds: whoever sent SIGTERM counts on 10 s. */
const STOP_DEADLINE_MS = 9_000;

const EXIT_FORCED = 1;

/**
 * Waits for SIGINT or SIGTERM, stops what runs and exits: 0 when all stopped in time, 1 when a second signal or the
 * deadline cut it off or stopping failed.
 */
export function stopOnSignal(running: Running, log: Logger): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) {
      log.warn({ signal }, 'second signal: exiting at once');
      process.exit(EXIT_FORCED);
    }
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error({ deadline_ms: STOP_DEADLINE_MS }, 'did not stop in time');
      process.exit(EXIT_FORCED);
    }, STOP_DEADLINE_MS).unref();
    running.stop().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(EXIT_FORCED);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // A parent that was killed cannot pass a signal on: its end of the channel closes instead.
  process.on('disconnect', () => stopping || stop('SIGTERM'));
}
