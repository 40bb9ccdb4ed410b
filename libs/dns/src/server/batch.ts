import { MAX_MESSAGE } from '../wire/codes.js';

/** Octets of answers after which no further one is added. */
export const BATCH = 64 * 1024;

/** Octets of the longest answer with the length in front of it (RFC 1035 section 4.2.2). */
const MAX_FRAME = 2 + MAX_MESSAGE;

/**
 * Memory in which TCP connections, one after the other, gather the answers that they write at once. When the kernel has taken all of them the memory
 * serves the next connection; when it has not, they are kept by the connection, and there is other memory for the next. New memory for each write
 * would cost more than the answers that it holds.
 */
export class Batch {
  bytes = allocate();

  /** The octets still wait to be sent: nobody else may write over them. */
  giveAway(): void {
    this.bytes = allocate();
  }
}

function allocate(): Buffer {
  return Buffer.allocUnsafeSlow(BATCH + MAX_FRAME);
}
