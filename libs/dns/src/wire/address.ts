import { isIPv6 } from 'node:net';

const SCRATCH = Buffer.alloc(4);

/** What an IPv4-mapped address begins with, in octets and as text; the text alone is no proof, but spares most addresses the parsing. */
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');
const MAPPED_TEXT = /^[0:]+:ffff:/i;

/**
 * The octets of an IP address: 4 for IPv4, 16 for IPv6. An IPv4-mapped IPv6 address stays one of 16.
 *
 * @returns undefined when `text` is no IP address, or one with a zone (`fe80::1%eth0`), which means nothing to others
 */
export function addressOctets(text: string): Buffer | undefined {
  if (text.includes(':')) return isIPv6(text) && !text.includes('%') ? ipv6Octets(text) : undefined;
  const octets = Buffer.allocUnsafe(4);
  return writeIpv4(text, octets) ? octets : undefined;
}

/** The IPv4 address that an IPv4-mapped IPv6 one stands for (RFC 4291 section 2.5.5.2); any other text as it is. */
export function unmapped(text: string): string {
  const octets = MAPPED_TEXT.test(text) ? addressOctets(text) : undefined;
  return octets?.subarray(0, 12).equals(MAPPED) === true ? addressText(octets.subarray(12)) : text;
}

/** Whether `text` is an IPv4 address in dotted decimal. */
export function isIPv4Text(text: string): boolean {
  return writeIpv4(text, SCRATCH);
}

/** The text of an address of 4 or 16 octets; IPv6 as RFC 5952 wants it. */
export function addressText(octets: Uint8Array): string {
  return octets.length === 4 ? octets.join('.') : ipv6Text(octets);
}

/** Reads dotted decimal without leading zeros, as `net.isIPv4` takes it, digit by digit: replies to large services are made of it. */
function writeIpv4(text: string, octets: Buffer): boolean {
  let part = 0;
  let value = -1;
  for (let i = 0; i <= text.length; i++) {
    const digit = i < text.length ? text.charCodeAt(i) - 0x30 : -1;
    if (digit >= 0 && digit <= 9 && value !== 0 && value < 256) value = value < 0 ? digit : value * 10 + digit;
    else if (i < text.length && text[i] !== '.') return false;
    else if (value < 0 || value > 255 || part > 3) return false;
    else {
      octets[part++] = value;
      value = -1;
    }
  }
  return part === 4;
}

function ipv6Octets(text: string): Buffer {
  const octets = Buffer.alloc(16);
  const [front = '', back] = text.split('::');
  const head = groups(front);
  const tail = groups(back ?? '');
  octets.set(head, 0);
  octets.set(tail, 16 - tail.length);
  return octets;
}

/** The octets of groups separated by colons, the last of which may be written as an IPv4 address. */
function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function ipv6Text(octets: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => (octets[2 * i]! << 8) | octets[2 * i + 1]!);
  const { start, length } = longestZeros(words);
  const hex = words.map((word) => word.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The first of the longest runs of zero words. */
function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [i, word] of words.entries()) {
    if (word !== 0) start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  }
  return best;
}
