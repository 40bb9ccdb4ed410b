import type { ResourceRecord } from '../src/wire/record.js';
import type { Answer } from '../src/zone/answer.js';

/** A record as a line of a zone file, without class. */
export function line({ name, type, ttl, data }: ResourceRecord): string {
  return `${name.toString()} ${ttl} ${type} ${dataText(data)}`;
}

function dataText(data: object): string {
  if (data instanceof Buffer) return data.toString('hex');
  const values = Object.values(data).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]));
  return values.map((value) => (value instanceof Buffer ? JSON.stringify(value.toString()) : String(value))).join(' ');
}

/** An answer's kind and its records, sorted, with what is additional behind a plus sign. */
export function show(answer: Answer): string[] {
  if (answer.kind === 'no data') return ['no data', ...(answer.additional ?? []).map((each) => `+ ${line(each)}`)];
  if (answer.kind !== 'records') return [answer.kind];
  const additional = new Set(answer.answers.flatMap((each) => each.additional.map(line)));
  return [...answer.answers.map(({ record }) => line(record)), ...[...additional].map((each) => `+ ${each}`)].sort();
}
