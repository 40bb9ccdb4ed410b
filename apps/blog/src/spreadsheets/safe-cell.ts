/**
 * What makes a spreadsheet take a text for a formula: `=`, `+`, `-`, `@`, a tab, a carriage return, and the wide forms of the
 * first four, which some keyboards of East Asia type.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /^'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/**
 * A text that no spreadsheet takes for a formula: with a quote before it where one might. A text that has such a quote
 * already gets another one, so that taking one off always gives the text that there was.
 */
export function guardCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text that `guardCell` was given; a text that was not guarded is left alone. */
export function unguardCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
