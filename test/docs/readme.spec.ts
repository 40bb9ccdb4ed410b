import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { settingsTable } from './settings-table.js';

const readme = readFileSync('README.md', 'utf8');

describe('README.md', () => {
  it('lists every setting as config/app.ini has it', async () => {
    const table = await format(settingsTable(readFileSync('config/app.ini', 'utf8')), { parser: 'markdown' });
    const written = /<!-- settings -->\n\n([^]*?)\n\n<!-- \/settings -->/.exec(readme)?.[1];
    expect(written).toBe(table.trim());
  });

  it('shows the two commands', () => {
    expect(readme).toContain('make run');
    expect(readme).toContain('make test');
  });
});
