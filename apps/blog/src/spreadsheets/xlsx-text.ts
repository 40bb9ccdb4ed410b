/** What XML cannot hold or would change, and what would be read as such an escape: `_x000D_` is a carriage return. */
// oxlint-disable-next-line no-control-regex -- they are what is escaped
const ESCAPED = /[\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/gu;
const ESCAPE = /_x([0-9A-Fa-f]{4})_/g;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Builds the text of a cell for a workbook: ST_Xstring (ECMA-376 part 1, 22.9.2.19). */
export function buildXlsxText(text: string): string {
  const escaped = text.replace(ESCAPED, (character) => `_x${hex(character)}_`);
  return escaped.replace(/[&<>]/g, (character) => ENTITIES[character]!);
}

/** Parses such a text, as XML has given it. */
export function parseXlsxText(text: string): string {
  return text.replace(ESCAPE, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}
