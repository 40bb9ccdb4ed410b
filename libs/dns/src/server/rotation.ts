import { HEADER_LENGTH, TYPE } from '../wire/codes.js';

/** Octets of a record between its owner and its data; the last two are the length of the data. */
const RECORD_HEAD = 10;

/** A compression pointer to the question's name. */
const POINTER_TO_QUESTION = 0xc000 | HEADER_LENGTH;

/** Types without names in their data, and so without pointers that a rotation would have to follow. */
const NAMELESS: readonly number[] = [TYPE.A, TYPE.AAAA, TYPE.TXT, TYPE.OPT];

/**
 * Whether the answers of a reply can change places: each is owned by the question's name and holds no pointer, and behind them are only records
 * without names in their data.
 *
 * @param questionLength octets of the header and the question
 */
export function isRotatable(reply: Buffer, questionLength: number): boolean {
  const answers = reply.readUInt16BE(6);
  const others = reply.readUInt16BE(8) + reply.readUInt16BE(10);
  let at = questionLength;
  for (let i = 0; i < answers; i++) {
    if (reply.readUInt16BE(at) !== POINTER_TO_QUESTION) return false;
    const type = reply.readUInt16BE(at + 2);
    if (type !== TYPE.SRV && !NAMELESS.includes(type)) return false;
    at = afterData(reply, at + 2);
  }
  for (let i = 0; i < others; i++) {
    const owner = ownerEnd(reply, at);
    const head = owner + (isPointer(reply, owner) ? 2 : 1);
    if (!NAMELESS.includes(reply.readUInt16BE(head))) return false;
    at = afterData(reply, head);
  }
  return true;
}

/**
 * Copies what stands behind the question of a rotatable reply. The reply has `length` octets and lies in `from` at `at`; the copy is for one that
 * begins in `to` at `toAt`. Its answers are moved up by `turn` places, those at the front to the end. Pointers into the answers follow.
 *
 * @param questionLength octets of the header and the question; that header must be in `to` already
 */
export function copyRotated(
  from: Buffer,
  at: number,
  length: number,
  to: Buffer,
  toAt: number,
  questionLength: number,
  turn: number,
): void {
  const answers = uint16(from, at + 6);
  const first = turn % answers;
  const start = at + questionLength;
  let split = start;
  let end = start;
  for (let i = 0; i < answers; i++) {
    if (i === first) split = end;
    end = afterData(from, end + 2);
  }
  const moved = toAt - at;
  if (split === start) {
    from.copy(to, start + moved, start, at + length);
    return;
  }
  from.copy(to, start + moved, split, end);
  from.copy(to, start + moved + end - split, start, split);
  from.copy(to, end + moved, end, at + length);
  movePointers(to, toAt, start - at, split - at, end - at);
}

/** Mends the owners of the records behind the answers of a reply at `at`: [start, split) has gone to the end, [split, end) to the front. */
function movePointers(reply: Buffer, at: number, start: number, split: number, end: number): void {
  let next = at + end;
  for (let i = uint16(reply, at + 8) + uint16(reply, at + 10); i > 0; i--) {
    const owner = ownerEnd(reply, next);
    if (!isPointer(reply, owner)) {
      next = afterData(reply, owner + 1);
      continue;
    }
    const target = uint16(reply, owner) & 0x3fff;
    if (target >= start && target < end) {
      const moved = target < split ? target + end - split : target - split + start;
      reply[owner] = 0xc0 | (moved >> 8);
      reply[owner + 1] = moved;
    }
    next = afterData(reply, owner + 2);
  }
}

/** Where an owner's labels end: at its root label or its pointer. */
function ownerEnd(reply: Buffer, at: number): number {
  let next = at;
  while (reply[next]! > 0 && !isPointer(reply, next)) next += 1 + reply[next]!;
  return next;
}

function isPointer(reply: Buffer, at: number): boolean {
  return reply[at]! >= 0xc0;
}

/** One past a record's data. @param head where its type stands */
function afterData(reply: Buffer, head: number): number {
  return head + RECORD_HEAD + uint16(reply, head + RECORD_HEAD - 2);
}

/** Inline where a call of `readUInt16BE` would check its argument each time. */
function uint16(bytes: Buffer, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
