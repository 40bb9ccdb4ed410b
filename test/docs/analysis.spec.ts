// docs/analysis.md against the programs and the Makefile.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createLogger, DebugServer, Metrics } from '#libs/observability';

const PAGE = readFileSync('docs/analysis.md', 'utf8');

it('has a row for each page of the debug port, and no other', async () => {
  const server = new DebugServer(new Metrics('1'), createLogger({ level: 'silent', format: 'json' }, 'test'));
  const url = await server.start('127.0.0.1', 0);
  const index = await (await fetch(`${url}/debug/pprof/`)).text();
  await server.stop();
  const names = [...index.matchAll(/^(\w+)(?:\?seconds=N)? {2,}/gm)].map(([, name]) => name!);
  const rows = [...PAGE.matchAll(/^\| `\/debug\/pprof\/(\w*)(?:\?seconds=\d+)?` +\|/gm)].map(([, name]) => name!);
  expect(rows).toEqual(['', ...names]);
});

it('names targets of the Makefile', () => {
  const makefile = readFileSync('Makefile', 'utf8');
  const targets = new Set([...PAGE.matchAll(/make (graph|race|\w+)$/gm)].map(([, target]) => target!));
  expect([...targets].sort()).toEqual(['graph', 'race']);
  for (const target of targets) expect(makefile).toMatch(new RegExp(`^${target}: .*## `, 'm'));
});
