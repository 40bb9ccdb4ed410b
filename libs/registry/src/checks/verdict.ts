import type { Status } from '../model.js';

/** What a run of a check, or a service that reports by itself, says. */
export interface Verdict {
  readonly status: Status;
  readonly output: string;
}

/** The longest output of a check that is kept, in octets; a check may ask for less. */
export const MAX_OUTPUT = 4096;

/** The first `max` octets of `text`, without half a character at the end. */
export function firstOctets(text: string, max: number): string {
  const octets = Buffer.from(text);
  if (octets.length <= max) return text;
  let end = max;
  while (end > 0 && (octets[end]! & 0xc0) === 0x80) end--; // a continuation octet of UTF-8
  return octets.toString('utf8', 0, end);
}

/** `text` cut to `max` octets, saying so, as Consul does with what services report. */
export function captured(text: string, max: number): string {
  const length = Buffer.byteLength(text);
  if (length <= max) return text;
  return `${firstOctets(text, max)} ... (captured ${max} of ${length} bytes)`;
}
