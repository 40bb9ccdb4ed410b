import type { ResourceRecord } from '../wire/record.js';

/** A record of the answer section, with the records that a client will ask for next because of it. */
export interface AnswerRecord {
  readonly record: ResourceRecord;
  readonly additional: readonly ResourceRecord[];
}

/** Why an answer is what it is, for people who debug (RFC 8914). */
export interface ExtendedError {
  readonly code: number;
  readonly text: string;
}

/** Codes of extended errors (RFC 8914 section 4). */
export const EXTENDED_ERROR = {
  OTHER: 0,
  STALE_ANSWER: 3,
  PROHIBITED: 18,
  STALE_NXDOMAIN: 19,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
} as const;

/** The kind of an answer: what is known, before any octet of it is built. */
export type AnswerKind = { readonly error?: ExtendedError } & (
  | {
      readonly kind: 'records';
      readonly answers: readonly AnswerRecord[];
      readonly authority?: readonly ResourceRecord[];
      /** Whether the order is random and another time another one is wanted. */
      readonly shuffled?: boolean;
      /** The most answers that are sent, by choice: the others have their turn another time, and nobody misses them. */
      readonly limit?: number | undefined;
    }
  /** The name exists, but has nothing of this type. */
  | { readonly kind: 'no data'; readonly soa: ResourceRecord; readonly additional?: readonly ResourceRecord[] }
  | { readonly kind: 'no name'; readonly soa: ResourceRecord }
  | { readonly kind: 'refused' }
  | { readonly kind: 'not implemented' }
);

/** What an answer was made from: it stands until one of these changes. `zone` is everything, and a node's name stands for the nodes
 * below it too: `node:c` changes with `b.c`. Names are in lower case. */
export type Source = `service:${string}` | `node:${string}` | `address:${string}` | 'zone';

export type Answer = AnswerKind & { readonly sources: readonly Source[] };
