/**
 * The text that a full-text index gets in place of an article: a word for each pair of neighbouring characters, so that any
 * part of a text, in any script, is a run of words, and finding it is finding a phrase. Stores split texts into words by
 * rules of their own, which leave out what is short or common and know no Chinese; these words are all alike to them.
 */

/** Stands between texts, so that no phrase reaches from one into the next. Has no `_`, as all pairs do. */
const BOUNDARY = 'boundary';

/** The words for characters of ASCII, by their codes: most texts have hardly any others. */
const ASCII = Array.from({ length: 128 }, (_, code) => numberOf(String.fromCharCode(code).toLowerCase()));

/** Builds the words of several texts, in order, separated by blanks. */
export function buildBigrams(...texts: readonly string[]): string {
  return texts.map(pairs).join(` ${BOUNDARY} `);
}

/**
 * Builds the phrase that stands in the bigrams of every text that holds `part`, letter case aside.
 *
 * @param part at least two characters
 */
export function buildPhrase(part: string): string {
  return `"${pairs(part)}"`;
}

/**
 * A word for each pair of characters, folded one at a time: a part of a text must fold to a part of the folded text, and Σ does not if it
 * ends a word.
 */
function pairs(text: string): string {
  let words = '';
  let before = '';
  const add = (number: string): void => {
    if (before !== '') words += words === '' ? `${before}_${number}` : ` ${before}_${number}`;
    before = number;
  };
  for (const character of text) {
    const known = ASCII[character.codePointAt(0)!];
    if (known !== undefined) add(known);
    else for (const folded of character.toLowerCase()) add(numberOf(folded));
  }
  return words;
}

/** A character becomes the number of its code point, in base 36: letters and digits of ASCII, never a word that a store skips. */
function numberOf(character: string): string {
  return character.codePointAt(0)!.toString(36);
}
