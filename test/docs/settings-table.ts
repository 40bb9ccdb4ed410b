/** The settings in config/app.ini as a Markdown table: key, default, and the comment above it. */
export function settingsTable(ini: string): string {
  const rows = ['| Setting | Default | What it is |', '| --- | --- | --- |'];
  let section = '';
  let comment: string[] = [];
  for (const line of ini.split('\n')) {
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    const entry = /^(\w+) =(.*)$/.exec(line);
    if (header) section = header;
    else if (line.startsWith('; ')) comment.push(line.slice(2));
    else if (entry) rows.push(`| \`[${section}] ${entry[1]}\` | ${code(entry[2]!.trim())} | ${comment.join(' ')} |`);
    if (!line.startsWith(';')) comment = [];
  }
  return rows.join('\n');
}

function code(value: string): string {
  return value === '' ? '' : `\`${value}\``;
}
