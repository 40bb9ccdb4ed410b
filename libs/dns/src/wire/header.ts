import { FLAG } from './codes.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** The header of a message without its counts (RFC 1035 section 4.1.1). */
export interface Header {
  readonly id: number;
  /** Whether it is a response. */
  readonly qr: boolean;
  readonly opcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
  /** The four bits of the header; an OPT record holds the upper eight of an extended code. */
  readonly rcode: number;
}

/** How many entries each section has. */
export interface Counts {
  readonly questions: number;
  readonly answers: number;
  readonly authority: number;
  readonly additional: number;
}

export function parseHeader(reader: Reader): Header & { readonly counts: Counts } {
  const id = reader.uint16();
  const flags = reader.uint16();
  return {
    id,
    qr: (flags & FLAG.QR) !== 0,
    opcode: (flags >> 11) & 15,
    aa: (flags & FLAG.AA) !== 0,
    tc: (flags & FLAG.TC) !== 0,
    rd: (flags & FLAG.RD) !== 0,
    ra: (flags & FLAG.RA) !== 0,
    ad: (flags & FLAG.AD) !== 0,
    cd: (flags & FLAG.CD) !== 0,
    rcode: flags & 15,
    counts: {
      questions: reader.uint16(),
      answers: reader.uint16(),
      authority: reader.uint16(),
      additional: reader.uint16(),
    },
  };
}

export function buildHeader(writer: Writer, header: Header, counts: Counts): void {
  writer.uint16(header.id);
  writer.uint16(flagsOf(header));
  writer.uint16(counts.questions);
  writer.uint16(counts.answers);
  writer.uint16(counts.authority);
  writer.uint16(counts.additional);
}

function flagsOf(header: Header): number {
  return (
    (header.qr ? FLAG.QR : 0) |
    (header.opcode << 11) |
    (header.aa ? FLAG.AA : 0) |
    (header.tc ? FLAG.TC : 0) |
    (header.rd ? FLAG.RD : 0) |
    (header.ra ? FLAG.RA : 0) |
    (header.ad ? FLAG.AD : 0) |
    (header.cd ? FLAG.CD : 0) |
    header.rcode
  );
}
