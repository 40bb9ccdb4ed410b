/**
 * The text that a full-text index gets in place of an article: a word for each pair of neighbouring characters, so that any
 * part of a text, in any script, is a run of words, and finding it is finding a phrase. Stores split texts into words by
 * rules of their own, which leave out what is short or common and know no Chinese; these words are all alike to them.
 */

/** Stands between texts, so that no phrase reaches from one into the next. Has no `_`, as all pairs do. */
const BOUNDARY = 'boundary';

/** Builds the words of several texts, in order, separated by blanks. */
export function buildBigrams(...texts: readonly string[]): string {
  return texts.map((text) => pairs(text).join(' ')).join(` ${BOUNDARY} `);
}

/**
 * Builds the phrase that stands in the bigrams of every text that holds `part`, letter case aside.
 *
 * @param part at least two characters
 */
export function buildPhrase(part: string): string {
  return `"${pairs(part).join(' ')}"`;
}

/** A character becomes the number of its code point, in base 36: letters and digits of ASCII, never a word that a store skips. */
function pairs(text: string): string[] {
  const numbers = Array.from(fold(text), numberOf);
  return numbers.slice(1).map((number, before) => `${numbers[before]!}_${number}`);
}

/** One character at a time: a part of a text must fold to a part of the folded text, and Σ does not if it ends a word. */
function fold(text: string): string {
  let folded = '';
  for (const character of text) folded += character.toLowerCase();
  return folded;
}

function numberOf(character: string): string {
  return character.codePointAt(0)!.toString(36);
}
