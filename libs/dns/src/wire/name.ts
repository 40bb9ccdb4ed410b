import { HEADER_LENGTH } from './codes.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** The most octets of a label (RFC 1035 section 2.3.4). */
export const MAX_LABEL = 63;

/** The most octets of a name on the wire, with its length octets and the root (RFC 1035 section 2.3.4). */
export const MAX_NAME = 255;

/** The most pointers of one name: each valid one is followed by a label, and 255 octets hold at most 127 of these. */
const MAX_HOPS = 127;

/** Offsets that a compression pointer can hold: 14 bits (RFC 1035 section 4.1.4). */
const POINTER_LIMIT = 0x4000;

/**
 * A domain name: its labels from left to right, without the root. A label is a string with one character (0 to 255) for each octet, so that a
 * dot or a NUL inside a label stays what it is: `a\.b` of one label is not `a.b` of two.
 */
export class Name {
  static readonly root = new Name([], 1);

  /** @param octets what it takes on the wire without compression, its length octets and the root included */
  private constructor(
    readonly labels: readonly string[],
    readonly octets: number,
  ) {}

  /** @returns undefined when a label is empty or too long, or the whole too long */
  static fromLabels(labels: readonly string[]): Name | undefined {
    let length = 1;
    for (const label of labels) {
      if (label.length === 0 || label.length > MAX_LABEL) return undefined;
      length += label.length + 1;
    }
    return length <= MAX_NAME ? new Name(labels, length) : undefined;
  }

  /**
   * A name from text as people write it, `web.service.consul` with or without the last dot; each dot ends a label, and text beyond ASCII is
   * taken as UTF-8.
   *
   * @returns undefined when it is no valid name
   */
  static fromText(text: string): Name | undefined {
    const octets = octetsOf(text);
    if (octets === '' || octets === '.') return Name.root;
    return Name.fromLabels((octets.endsWith('.') ? octets.slice(0, -1) : octets).split('.'));
  }

  /** Whether both are the same name; letters A to Z without regard to case (RFC 4343). */
  equals(other: Name): boolean {
    return this.labels.length === other.labels.length && this.isWithin(other);
  }

  /** Whether this name is `zone` or below it. */
  isWithin(zone: Name): boolean {
    const extra = this.labels.length - zone.labels.length;
    return extra >= 0 && zone.labels.every((label, i) => lowerCase(label) === lowerCase(this.labels[extra + i]!));
  }

  /** Presentation form with its last dot (RFC 1035 section 5.1): odd octets as `\.` or `\000`. */
  toString(): string {
    return `${this.labels.map(presentLabel).join('.')}.`;
  }
}

/** The octets of `text` in UTF-8, one character each. */
export function octetsOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Lower-cases the letters A to Z and no other octet: names know no Unicode folding (RFC 4343 section 3). */
export function lowerCase(label: string): string {
  return /[A-Z]/.test(label) ? label.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : label;
}

/**
 * Parses a name, following compression pointers (RFC 1035 section 4.1.4). A pointer must lead to an earlier octet than the part of the name that it
 * ends, and never into the header: so each hop goes strictly backwards and there is no loop. Their number is bounded too, so that a large message of
 * pointers to pointers takes time in proportion to its octets.
 */
export function parseName(reader: Reader): Name {
  const { bytes, offset: start } = reader;
  const labels: string[] = [];
  let length = 1;
  let partStart = start;
  let at = start;
  let resume = -1;
  let hops = 0;
  for (;;) {
    const end = resume < 0 ? reader.end : bytes.length;
    if (at >= end) reader.fail('name runs past its end', at);
    const octet = bytes[at]!;
    if (octet === 0) break;
    if (octet >= 0xc0) {
      if (at + 2 > end) reader.fail('compression pointer cut off', at);
      const target = ((octet & 0x3f) << 8) | bytes[at + 1]!;
      if (target >= partStart || target < HEADER_LENGTH) reader.fail('compression pointer does not lead back', at);
      if (++hops > MAX_HOPS) reader.fail(`more than ${MAX_HOPS} compression pointers`, at);
      if (resume < 0) resume = at + 2;
      partStart = at = target;
      continue;
    }
    if (octet > MAX_LABEL) reader.fail('unknown kind of label', at);
    if (at + 1 + octet > end) reader.fail('label runs past its end', at);
    length += octet + 1;
    if (length > MAX_NAME) reader.fail(`name of more than ${MAX_NAME} octets`, at);
    labels.push(bytes.toString('latin1', at + 1, at + 1 + octet));
    at += octet + 1;
  }
  reader.offset = resume < 0 ? at + 1 : resume;
  return Name.fromLabels(labels)!;
}

/** Builds a name, its longest known tail as a compression pointer. */
export function buildName(writer: Writer, name: Name): void {
  const { labels } = name;
  let known = labels.length;
  let pointer = 0;
  for (; known > 0; known--) {
    const next = writer.suffixAt(pointer, labels[known - 1]!);
    if (next === 0) break;
    pointer = next;
  }
  writeLabels(writer, labels, known, pointer);
  if (pointer > 0) writer.uint16(0xc000 | pointer);
  else writer.uint8(0);
}

/**
 * Builds a name without compression, as SRV targets must be (RFC 2782; RFC 3597 section 4). Later names may still point to it.
 */
export function buildPlainName(writer: Writer, name: Name): void {
  writeLabels(writer, name.labels, name.labels.length, 0);
  writer.uint8(0);
}

/** Writes the first `count` labels in front of the tail that stands at `tail` (0: the root), and notes where each new tail begins. */
function writeLabels(writer: Writer, labels: readonly string[], count: number, tail: number): void {
  for (let i = 0; i < count; i++) {
    writer.uint8(labels[i]!.length);
    writer.latin1(labels[i]!);
  }
  let offset = writer.length;
  let suffix = tail;
  for (let i = count - 1; i >= 0; i--) {
    offset -= 1 + labels[i]!.length;
    if (offset >= POINTER_LIMIT) return;
    suffix = writer.noteSuffix(suffix, labels[i]!, offset);
  }
}

function presentLabel(label: string): string {
  return label.replace(/[.\\"();@$]|[^!-~]/g, (octet) =>
    octet >= '!' && octet <= '~' ? `\\${octet}` : `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`,
  );
}
