import { pino, type DestinationStream, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger } from 'pino';

/** The settings of section `[log]`. */
export interface LogOptions {
  readonly level: string;
  /** `auto`: pretty on a terminal, else one JSON object a line. */
  readonly format: 'auto' | 'pretty' | 'json';
  /** Empty: standard output. Made when absent, with its folder. */
  readonly file?: string;
}

const SECRETS = [
  ...['password', 'secret', 'token', 'access_token', 'refresh_token'],
  ...['authorization', 'cookie', 'set-cookie', 'x-consul-token'],
];

/** What is never written, wherever it stands in a logged object. */
const SECRET_PATHS = SECRETS.map((key) => `["${key}"]`).flatMap((key) => [key, `*${key}`, `*.*${key}`]);

/** What pino writes to, and can be told to open its file again. */
type Destination = ReturnType<typeof pino.destination>;

const destinations = new WeakMap<Logger, Destination>();

/**
 * The program's logger. Secrets are cut out by key; nobody should log one in the first place.
 *
 * @param program the `name` that each line carries
 * @param stream where the lines go, for tests; a Writable when they are to be pretty
 * @throws the error of the file system when the file cannot be opened
 */
export function createLogger(options: LogOptions, program: string, stream?: DestinationStream): Logger {
  const { level, format, file = '' } = options;
  const onTerminal = file === '' && process.stdout.isTTY === true;
  const settings = { name: program, level, redact: { paths: SECRET_PATHS, censor: '[redacted]' } };
  const destination = stream ?? open(file);
  const isPretty = format === 'pretty' || (format === 'auto' && onTerminal);
  const log = pino(settings, isPretty ? prettyTo(destination, onTerminal) : destination);
  if ('reopen' in destination) destinations.set(log, destination as Destination);
  return log;
}

/** Opens the log's file anew, after somebody has moved it away; a log on standard output stays as it is. */
export function reopenLog(log: Logger): void {
  const destination = destinations.get(log);
  // Standard output has no name by which it could be opened.
  if (typeof (destination as { file?: unknown } | undefined)?.file !== 'string') return;
  try {
    destination!.reopen();
  } catch {
    // It is told as an error of the destination, and lines go on into the old file.
  }
}

function open(file: string): Destination {
  const destination = pino.destination(file === '' ? { dest: 1, sync: true } : { dest: file, sync: true, mkdir: true });
  // A full disk, or a folder that went away before the file was opened anew: the program has better to do than to end.
  return destination.on('error', ({ message }: Error) =>
    process.stderr.write(`the log cannot be written: ${message}\n`),
  );
}

function prettyTo(destination: DestinationStream, colorize: boolean): DestinationStream {
  return PinoPretty({ sync: true, colorize, ignore: 'pid,hostname', destination: destination as Destination });
}
