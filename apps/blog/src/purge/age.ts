import { parseDuration } from '#libs/time';

const DAY_MS = 86_400_000;

/**
 * Parses an age: days, `90d`, or a duration as everywhere else, `36h`.
 *
 * @returns milliseconds above 0, or undefined when `text` is no age
 */
export function parseAge(text: string): number | undefined {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  const age = days === undefined ? parseDuration(text) : Number(days) * DAY_MS;
  return age !== undefined && age > 0 ? age : undefined;
}
