import { FilterError } from './syntax.js';

/** A piece of a filter. `at` is the column of its first character, from 1. */
export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

/**
 * Words may hold dots and subscripts, so that a selector is one token: `Meta["a b"].c`. A quoted text keeps no escapes but `\"`
 * and those that JSON has; a back-quoted one is taken as it is.
 */
const TOKEN =
  /\s*(?:(?<word>[a-zA-Z][\w/]*(?:\.[a-zA-Z0-9_/-]+|\["(?:[^"\\]|\\.)*"\]|\[`[^`]*`\])*)|(?<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?![\w.]))|(?<text>"(?:[^"\\]|\\.)*"|`[^`]*`)|(?<symbol>==|!=|\(|\)))/y;

/** @throws FilterError at the first character that begins nothing */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let match = TOKEN.exec(filter); match; match = TOKEN.exec(filter)) {
    end = TOKEN.lastIndex;
    const { word, number, text, symbol } = match.groups!;
    const at = end - (word ?? number ?? text ?? symbol)!.length + 1;
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (text !== undefined) tokens.push({ kind: 'text', text: unquote(text), at });
    else tokens.push({ kind: 'symbol', text: symbol!, at });
  }
  const rest = filter.slice(end).trimStart();
  if (rest !== '')
    throw new FilterError(
      `column ${filter.length - rest.length + 1}: no match found at ${JSON.stringify(rest.slice(0, 20))}`,
    );
  return [...tokens, { kind: 'end', text: '', at: filter.length + 1 }];
}

/** @throws FilterError for an escape that JSON does not have */
export function unquote(literal: string): string {
  if (literal.startsWith('`')) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw new FilterError(`invalid string ${literal}`);
  }
}

/** The parts of a word that is a selector. */
export function selectorParts(word: string): string[] {
  const parts = word.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[`([^`]*)`\]|([^.[\]]+)/g);
  return [...parts].map(([, quoted, raw, plain]) => (quoted === undefined ? (raw ?? plain!) : unquote(`"${quoted}"`)));
}
