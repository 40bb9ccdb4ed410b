// docs/logs.md against the code: the fields that are logged, and the commands.
import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger, DebugServer, Metrics } from '#libs/observability';

const PAGE = readFileSync('docs/logs.md', 'utf8');
const FIELDS = [...PAGE.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name!);

const SOURCES = globSync('{apps,libs}/*/src/**/*.ts')
  .filter((file) => !file.endsWith('.spec.ts') && !file.startsWith('libs/testing/'))
  .map((file) => readFileSync(file, 'utf8'));

/** The keys of the objects that are written where something is logged. */
function loggedKeys(text: string): string[] {
  const calls = text.matchAll(/\b#?log(?:ger)?\.(?:trace|debug|info|warn|error|fatal)\(\s*\{([^}]*)\}/g);
  return [...calls].flatMap(([, literal]) =>
    literal!
      .replaceAll(/\([^()]*\)/g, '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => /^\w/.test(entry))
      .map((entry) => entry.split(':')[0]!.trim()),
  );
}

describe('docs/logs.md', () => {
  it('has a row for each field that is logged', () => {
    const logged = new Set(SOURCES.flatMap(loggedKeys));
    expect(logged.size).toBeGreaterThan(15);
    expect([...logged].filter((name) => !FIELDS.includes(name))).toEqual([]);
  });

  it('has none that is not, and none twice', () => {
    expect([...new Set(FIELDS)]).toEqual(FIELDS);
    // Those that pino adds by itself.
    const known = new Set(['level', 'time', 'pid', 'hostname', 'msg']);
    const all = SOURCES.join('\n');
    const unknown = FIELDS.filter((name) => !known.has(name) && !new RegExp(`\\b${name}\\b(?=[,:} ]|\\s*=)`).test(all));
    expect(unknown).toEqual([]);
  });
});

describe('its commands', () => {
  let url: string;
  const log = createLogger({ level: 'info', format: 'json' }, 'test', { write: () => {} });
  const server = new DebugServer(new Metrics('1'), log);
  beforeAll(async () => {
    url = await server.start('127.0.0.1', 0);
  });
  afterAll(() => server.stop());

  it('are answered as it says', async () => {
    const commands = [...PAGE.matchAll(/^ {4}\$ curl (.*)http:\/\/127\.0\.0\.1:6060(\S+)\n {4}(.*)$/gm)];
    expect(commands).toHaveLength(2);
    for (const [, options, path, answer] of commands) {
      const [, method = 'GET', body] = /-X (\w+) -d (\w+)/.exec(options!) ?? [];
      const response = await fetch(`${url}${path}`, { method, ...(body !== undefined && { body }) });
      expect(await response.text()).toBe(`${answer}\n`);
    }
    expect(log.level).toBe('debug');
  });
});
