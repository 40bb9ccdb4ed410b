/** One `key = value` line. */
export interface IniEntry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface IniFile {
  readonly entries: readonly IniEntry[];
  /** One sentence for each line that is none of: blank, comment, `[section]`, `key = value`. */
  readonly problems: readonly string[];
}

/**
 * Parses an INI file: `[section]`, `key = value`, and whole-line comments that begin with `;` or `#`. A value runs to the
 * end of its line, so a URL keeps its `#` and `;`; blanks around it are dropped, and nothing is quoted or escaped.
 *
 * Why not the `ini` package: it turns a misspelt line into a key, keeps the last of two equal keys in silence, makes `true`
 * a boolean, and knows no line numbers to name in an error.
 */
export function parseIni(content: string): IniFile {
  const entries: IniEntry[] = [];
  const problems: string[] = [];
  let section = '';
  for (const [index, raw] of content.split(/\r?\n/).entries()) {
    const line = index + 1;
    const trimmed = raw.trim();
    if (trimmed === '' || /^[;#]/.test(trimmed)) continue;
    const header = /^\[([^\]]*)\]$/.exec(trimmed);
    const equals = trimmed.indexOf('=');
    if (header) section = header[1]!.trim();
    else if (equals < 1)
      problems.push(`line ${line}: expected [section] or key = value, found ${JSON.stringify(trimmed)}`);
    else if (section === '')
      problems.push(`line ${line}: ${JSON.stringify(trimmed)} stands before the first [section]`);
    else entries.push({ section, key: trimmed.slice(0, equals).trim(), value: trimmed.slice(equals + 1).trim(), line });
  }
  return { entries, problems };
}
