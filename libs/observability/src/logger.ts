import { pino, type DestinationStream, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger } from 'pino';

/** The settings of section `[log]`. */
export interface LogOptions {
  readonly level: string;
  /** `auto`: pretty on a terminal, else one JSON object a line. */
  readonly format: 'auto' | 'pretty' | 'json';
}

/** What is never written, wherever it stands in a logged object. */
const SECRET_PATHS = ['password', 'token', 'authorization', 'cookie', 'access_token', 'refresh_token'].flatMap(
  (key) => [key, `*.${key}`, `*.*.${key}`],
);

/**
 * The program's logger, on standard output. Secrets are cut out by key; nobody should log one in the first place.
 *
 * @param program the `name` that each line carries
 * @param stream where the lines go, for tests
 */
export function createLogger(options: LogOptions, program: string, stream?: DestinationStream): Logger {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY === true);
  const settings = { name: program, level: options.level, redact: { paths: SECRET_PATHS, censor: '[redacted]' } };
  if (pretty)
    return pino(settings, PinoPretty({ sync: true, ignore: 'pid,hostname', ...(stream && { destination: stream }) }));
  return pino(settings, stream ?? pino.destination({ dest: 1, sync: true }));
}
