import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildName, buildPlainName, lowerCase, Name, parseName } from './name.js';
import { ParseError } from './parse-error.js';
import { Reader } from './reader.js';
import { Writer } from './writer.js';

/** A reader of `hex` behind a header of zeros, at the first octet of the question. */
function readerOf(hex: string): Reader {
  return new Reader(Buffer.concat([Buffer.alloc(12), Buffer.from(hex.replaceAll(' ', ''), 'hex')]), 12);
}

function built(...names: string[]): string {
  const writer = new Writer();
  for (let i = 0; i < 12; i++) writer.uint8(0);
  for (const name of names) buildName(writer, Name.fromText(name)!);
  return writer.toBuffer().subarray(12).toString('hex');
}

const label = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
  minLength: 1,
  maxLength: 63,
});
const name = fc
  .array(label, { maxLength: 130 })
  .map((labels) => Name.fromLabels(labels))
  .filter((it) => it !== undefined);

describe('Name', () => {
  it('does not take a dot inside a label for two labels', () => {
    const one = Name.fromLabels(['a.b'])!;
    expect(one.equals(Name.fromText('a.b')!)).toBe(false);
    expect(one.toString()).toBe('a\\.b.');
  });

  it.each([
    ['a label of 63 octets', ['a'.repeat(63)], true],
    ['a label of 64 octets', ['a'.repeat(64)], false],
    ['an empty label', ['a', '', 'b'], false],
    ['255 octets', [...Array<string>(3).fill('a'.repeat(63)), 'a'.repeat(61)], true],
    ['256 octets', [...Array<string>(3).fill('a'.repeat(63)), 'a'.repeat(62)], false],
    ['127 labels', Array<string>(127).fill('a'), true],
  ])('judges %s', (_, labels, valid) => {
    expect(Name.fromLabels(labels) !== undefined).toBe(valid);
  });

  it('compares the letters A to Z alone without regard to case', () => {
    expect(Name.fromText('WeB.Consul')!.equals(Name.fromText('web.cONSUL')!)).toBe(true);
    expect(Name.fromLabels(['\xc4'])!.equals(Name.fromLabels(['\xe4'])!)).toBe(false);
    expect(lowerCase('A\xc4Z[')).toBe('a\xc4z[');
  });

  it('knows what is within a zone', () => {
    const zone = Name.fromText('my.zone')!;
    expect(Name.fromText('a.MY.zone')!.isWithin(zone)).toBe(true);
    expect(zone.isWithin(zone)).toBe(true);
    expect(zone.isWithin(Name.root)).toBe(true);
    expect(Name.fromText('zone')!.isWithin(zone)).toBe(false);
    expect(Name.fromLabels(['a', 'my.zone'])!.isWithin(zone)).toBe(false);
  });

  it('reads text as UTF-8, with or without the last dot', () => {
    expect(Name.fromText('ä.b.')!.labels).toEqual(['\xc3\xa4', 'b']);
    expect(Name.fromText('')).toBe(Name.root);
    expect(Name.fromText('.')).toBe(Name.root);
    expect(Name.fromText('a..b')).toBeUndefined();
    expect(Name.fromText('a b\0')!.toString()).toBe('a\\032b\\000.');
  });
});

describe('parseName', () => {
  it.each([
    ['a pointer to itself', 'c00c', 12],
    ['a pointer past the end', 'ffff', 12],
    ['a pointer into the header', 'c000', 12],
    ['a label and a pointer back to it', '0161 c00c', 14],
    ['two pointers at each other', 'c00e c00c', 12],
    ['half a pointer', 'c0', 12],
    ['label type 0x40', '4161 00', 12],
    ['label type 0x80', '8161 00', 12],
    ['a label that runs past the end', '0561', 12],
    ['no end', '0161', 14],
    ['256 octets', `${'0f'.padEnd(32, '61').repeat(15)}${'0e'.padEnd(30, '61')}00`, 252],
  ])('refuses %s', (_, hex, offset) => {
    const reader = readerOf(hex);
    expect(() => parseName(reader)).toThrow(ParseError);
    expect(() => parseName(readerOf(hex))).toThrow(expect.objectContaining({ offset }));
  });

  it('follows pointers backwards and goes on behind the first', () => {
    const reader = readerOf('03777777 00 0161 c00c 0162 c011 ff');
    const names = [parseName(reader), parseName(reader), parseName(reader)];
    expect(names.map(String)).toEqual(['www.', 'a.www.', 'b.a.www.']);
    expect(reader.uint8()).toBe(0xff);
  });

  it('follows 127 pointers and no more', () => {
    // A root name and an octet of padding, then pointers each to the one before.
    const chain = Array.from({ length: 128 }, (_, i) => (0xc00c + 2 * i).toString(16));
    const reader = readerOf(`0000${chain.join('')}`);
    reader.offset = 14 + 2 * 126;
    expect(parseName(reader)).toEqual(Name.root);
    reader.offset = 14 + 2 * 127;
    expect(() => parseName(reader)).toThrow('more than 127 compression pointers');
  });

  it('does not read beyond the end of record data, save through a pointer', () => {
    const reader = readerOf('0161 00 0162 c00c');
    reader.offset = 15;
    reader.end = 18;
    expect(() => parseName(reader)).toThrow('compression pointer cut off');
  });
});

describe('buildName', () => {
  it('compresses the longest known tail', () => {
    expect(built('a.b.c', 'x.b.c', 'a.b.c', 'c', '.')).toBe('016101620163000178c00ec00cc01000');
  });

  it('keeps the letters of each name', () => {
    expect(built('a.consul', 'a.CONSUL')).toBe('016106636f6e73756c00016106434f4e53554c00');
  });

  it('points to plain names but never in them', () => {
    const writer = new Writer();
    for (let i = 0; i < 12; i++) writer.uint8(0);
    const it = Name.fromText('ab.c')!;
    buildName(writer, it);
    buildPlainName(writer, it);
    buildName(writer, Name.fromText('x.ab.c')!);
    expect(writer.toBuffer().subarray(12).toString('hex')).toBe('0261620163000261620163000178c00c');
  });

  it('makes no pointer to what a rollback took away', () => {
    const writer = new Writer();
    for (let i = 0; i < 12; i++) writer.uint8(0);
    const mark = writer.mark();
    buildName(writer, Name.fromText('a.b')!);
    writer.rollback(mark);
    buildName(writer, Name.fromText('a.b')!);
    expect(writer.toBuffer().subarray(12).toString('hex')).toBe('0161016200');
  });

  it('makes no pointer to an offset of more than 14 bits', () => {
    const writer = new Writer();
    const it = Name.fromText('a.b')!;
    writer.octets(Buffer.alloc(0x3ffe));
    buildName(writer, it); // its first label stands below the limit, its second at it
    buildName(writer, it);
    expect(writer.toBuffer().subarray(0x3ffe).toString('hex')).toBe('01610162000161016200');
  });

  it('is the inverse of parseName, for any octets and any number of names', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 20 }), (names) => {
        const writer = new Writer();
        for (let i = 0; i < 12; i++) writer.uint8(0);
        for (const each of names) buildName(writer, each);
        const reader = new Reader(writer.toBuffer(), 12);
        expect(names.map(() => parseName(reader).labels)).toEqual(names.map((each) => each.labels));
        expect(reader.remaining).toBe(0);
      }),
    );
  });
});
