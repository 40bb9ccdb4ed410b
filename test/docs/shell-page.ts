/** A page of docs/ as a shell script that tells what each of its `curl` commands was answered. */
export interface ShellPage {
  /** For `bash -c`. The statuses go to the file that `$STATUSES` names, one a line. */
  readonly script: string;
  /** What the page says of each `curl`, in order: the status behind its `#`, else 200. */
  readonly expected: readonly string[];
}

/** Stands for curl: does as it does, and notes the status. */
const CURL = `curl() { command curl -sS -w '%{stderr}%{http_code}\\n' "$@" 2>>"$STATUSES"; }`;

/**
 * The \`\`\`sh blocks of a page, all in one script.
 *
 * @param words what stands on the page for something that only the test knows, such as its address
 */
export function shellPage(markdown: string, words: Readonly<Record<string, string>>): ShellPage {
  const blocks = [...markdown.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block!);
  const lines = blocks.join('').trimEnd().split('\n');
  const expected = lines.filter(callsCurl).map((line) => / # (\d{3})$/.exec(line)?.[1] ?? '200');
  const script = Object.entries(words).reduce((text, [word, value]) => text.replaceAll(word, value), lines.join('\n'));
  return { script: `set -euo pipefail\n${CURL}\n${script}\n`, expected };
}

function callsCurl(line: string): boolean {
  return /(^|\()curl /.test(line);
}
