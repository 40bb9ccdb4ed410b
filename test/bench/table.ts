/** Prints a table as Markdown, with an empty line before and after its title. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  console.log(`\n${title}\n\n${lines.join('\n')}`);
}
