import { isUtf8 } from 'node:buffer';

/** Something in a body that cannot be read, in Go's words where Go has them. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Objects and lists may nest this deep: nothing that is registered comes near, and every level costs a call later on. */
const MAX_DEPTH = 64;

/** What V8 says of a syntax error, and what Go says after `invalid character`. */
const CONTEXTS: readonly (readonly [RegExp, string])[] = [
  [/^Expected (?:double-quoted )?property name/, 'looking for beginning of object key string'],
  [/^Expected ':' after property name/, 'after object key'],
  [/^Expected ',' or '}' after property value/, 'after object key:value pair'],
  [/^Expected ',' or ']' after array element/, 'after array element'],
  [/^Bad control character/, 'in string literal'],
  [/^Bad escaped character/, 'in string escape code'],
  [/^Bad Unicode escape/, 'in \\u hexadecimal character escape'],
  [/^Unexpected non-whitespace/, 'after top-level value'],
  [/^Unexpected/, 'looking for beginning of value'],
];

/**
 * Parses a body as JSON. Bytes that are not UTF-8, a key that an object has twice and deep nesting are refused, since what would be
 * stored is not what somebody meant to send.
 *
 * @throws DecodeError, which names the byte, the character or the key
 */
export function parseJson(body: Uint8Array): unknown {
  const text = decodeUtf8(body);
  if (text.trim() === '') throw new DecodeError('EOF');
  const value = parse(text);
  checkStructure(text);
  return value;
}

function decodeUtf8(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (isUtf8(body)) return text;
  // What could not be read became U+FFFD, so the two differ from the first such byte on.
  const at = Buffer.from(text).findIndex((byte, i) => byte !== body[i]);
  throw new DecodeError(`invalid UTF-8 at byte ${at + 1}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DecodeError(wordSyntaxError((error as Error).message, text));
  }
}

function wordSyntaxError(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  const character = /^Unexpected token '(.)'/su.exec(message)?.[1] ?? text[Number(position ?? text.length)];
  const context = CONTEXTS.find(([pattern]) => pattern.test(message))?.[1];
  if (character === undefined || context === undefined) return 'unexpected EOF';
  return `invalid character ${quoteCharacter(character)} ${context}`;
}

function quoteCharacter(character: string): string {
  const escaped = character === '"' ? character : JSON.stringify(character).slice(1, -1).replace("'", "\\'");
  return `'${escaped}'`;
}

/** The pieces of valid JSON that say where an object begins and which keys it has. */
const PIECE = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/** Refuses what `JSON.parse` takes in silence. @param text valid JSON */
function checkStructure(text: string): void {
  const open: Set<string>[] = [];
  let latest = '';
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece === ':') addKey(open.at(-1)!, latest);
    else if (piece === '}' || piece === ']') open.pop();
    else if (piece === '{' || piece === '[') {
      if (open.push(new Set()) > MAX_DEPTH) throw new DecodeError(`invalid character '${piece}' exceeded max depth`);
    } else latest = piece;
  }
}

function addKey(keys: Set<string>, literal: string): void {
  const key = literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  if (keys.has(key)) throw new DecodeError(`json: duplicate field ${JSON.stringify(key)}`);
  keys.add(key);
}
