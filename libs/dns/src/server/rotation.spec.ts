import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { query } from '../../test/queries.js';
import { line } from '../../test/show.js';
import { parseMessage } from '../wire/message.js';
import { Name } from '../wire/name.js';
import { record, type ResourceRecord } from '../wire/record.js';
import { txtOf } from '../wire/records/txt.js';
import { buildReply } from '../zone/reply.js';
import { copyRotated, isRotatable } from './rotation.js';

const OWNER = Name.fromText('web.service.consul')!;
const QUESTION_LENGTH = 12 + 20 + 4;
const OPTIONS = { udpAnswerLimit: 0, enableTruncate: true, serverId: '', cookies: false, idleTimeout: 10_000 };

function replyOf(answers: { record: ResourceRecord; additional: ResourceRecord[] }[], edns: boolean): Buffer {
  const asked = query(OWNER, 'SRV', { transport: 'tcp', ...(edns && { opt: {} }) });
  return buildReply(asked, { kind: 'records', answers }, OPTIONS);
}

describe('copyRotated', () => {
  it('moves the answers and nothing else, with every name still right', () => {
    const label = fc.constantFrom('a', 'b', 'node', 'x\xc8', '\xff\xfe', 'dc1');
    const target = fc
      .array(label, { minLength: 1, maxLength: 3 })
      .map((labels) => Name.fromLabels([...labels, 'consul'])!);
    const answer = fc
      .record({
        target,
        port: fc.nat({ max: 9 }),
        last: fc.integer({ min: 1, max: 255 }),
        text: fc.boolean(),
        deeper: fc.boolean(),
      })
      .map(({ target: name, port, last, text, deeper }) => {
        const owner = deeper ? Name.fromLabels(['z', ...name.labels])! : name;
        const address = record(owner, 'A', 1, { address: `10.0.0.${last}` });
        const additional = text ? [address, record(name, 'TXT', 1, txtOf('t'))] : [address];
        return { record: record(OWNER, 'SRV', 1, { priority: 1, weight: 1, port, target: name }), additional };
      });
    fc.assert(
      fc.property(
        fc.array(answer, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        fc.nat({ max: 20 }),
        (answers, edns, turn) => {
          const reply = replyOf(answers, edns);
          expect(isRotatable(reply, QUESTION_LENGTH)).toBe(true);
          const ring = Buffer.concat([Buffer.from('before'), reply, Buffer.from('behind')]);
          const copy = Buffer.alloc(3 + reply.length + 3);
          reply.copy(copy, 3, 0, QUESTION_LENGTH);
          copyRotated(ring, 6, reply.length, copy, 3, QUESTION_LENGTH, turn);
          expect([copy.subarray(0, 3), copy.subarray(-3)]).toEqual([Buffer.alloc(3), Buffer.alloc(3)]);
          const [before, after] = [parseMessage(reply), parseMessage(copy.subarray(3, -3))];
          const at = turn % answers.length;
          expect(after.answers).toEqual([...before.answers.slice(at), ...before.answers.slice(0, at)]);
          expect({ ...after, answers: [] }).toEqual({ ...before, answers: [] });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('isRotatable', () => {
  it('refuses answers that depend on their order or on others', () => {
    const target = Name.fromText('a.consul')!;
    const cname = record(OWNER, 'CNAME', 1, { target });
    const srv = record(OWNER, 'SRV', 1, { priority: 1, weight: 1, port: 1, target });
    expect(line(srv)).toContain('a.consul');
    expect(isRotatable(replyOf([{ record: cname, additional: [] }], false), QUESTION_LENGTH)).toBe(false);
    expect(
      isRotatable(
        replyOf([{ record: record(target, 'A', 1, { address: '10.0.0.1' }), additional: [] }], false),
        QUESTION_LENGTH,
      ),
    ).toBe(false);
    expect(
      isRotatable(
        replyOf([{ record: srv, additional: [record(target, 'CNAME', 1, { target: OWNER })] }], false),
        QUESTION_LENGTH,
      ),
    ).toBe(false);
  });
});
