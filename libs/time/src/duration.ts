/** Nanoseconds in each unit that Go's `time.ParseDuration` knows. */
const UNIT_NS: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5 micro sign
  μs: 1e3, // U+03BC Greek mu
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
};

const WHOLE = /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * Parses a duration as Go's `time.ParseDuration` does, the form that Consul's API and configuration use: `10s`, `1m30s`,
 * `1.5h`, `-2ms`, `0`. A bare number other than 0 is not valid.
 *
 * @returns milliseconds (fractions for µs and ns; exact up to 104 days), or undefined when `text` is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = WHOLE.exec(text);
  if (!match) return undefined;
  let nanoseconds = 0;
  for (const [, amount, unit] of match[2]!.matchAll(PART)) nanoseconds += Number(amount) * UNIT_NS[unit!]!;
  if (!Number.isFinite(nanoseconds)) return undefined;
  const ms = Math.round(nanoseconds) / 1e6;
  return match[1] === '-' && ms !== 0 ? -ms : ms;
}

/**
 * Writes a duration as Go's `Duration.String` does: `0s`, `500ms`, `1.5s`, `1m30s`, `1h0m0s`.
 *
 * @param ms milliseconds; precision ends at one nanosecond
 */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  const nanoseconds = Math.round(ms * 1e6);
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const minutes = Math.floor(nanoseconds / 60e9);
  const seconds = `${(nanoseconds - minutes * 60e9) / 1e9}s`;
  if (minutes === 0) return seconds;
  if (minutes < 60) return `${minutes}m${seconds}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}
