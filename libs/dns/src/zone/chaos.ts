import { CLASS, TYPE } from '../wire/codes.js';
import { Name } from '../wire/name.js';
import type { Question } from '../wire/question.js';
import { txtOf } from '../wire/records/txt.js';
import { EXTENDED_ERROR, type AnswerKind } from './answer.js';
import type { ZoneOptions } from './options.js';

const VERSION = Name.fromText('version.bind')!;
const SERVER_ID = Name.fromText('id.server')!;

/** Answers a question outside class IN: the two names about the server itself (RFC 4892) if they are configured, else no. */
export function chaosAnswer(
  { name, type, class: questionClass }: Question,
  { version, serverId }: Pick<ZoneOptions, 'version' | 'serverId'>,
): AnswerKind {
  const text = name.equals(VERSION) ? version : name.equals(SERVER_ID) ? serverId : '';
  if (questionClass !== CLASS.CH || text === '' || (type !== TYPE.TXT && type !== TYPE.ANY)) {
    return { kind: 'refused', error: { code: EXTENDED_ERROR.NOT_SUPPORTED, text: 'class or name not supported' } };
  }
  const record = { name, type: 'TXT', class: CLASS.CH, ttl: 0, data: txtOf(text) } as const;
  return { kind: 'records', answers: [{ record, additional: [] }] };
}
