// The official Go client and its watch plans against this registry, where there is a Go that can build it.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';
import { startConsulApi } from '../consul-api.js';

const SOURCES = 'test/clients/go';
const STEPS = [...readFileSync(join(SOURCES, 'main.go'), 'utf8').matchAll(/^\t\{"(.+)", \w+\},$/gm)].map(
  ([, name]) => name!,
);

/** Why the client cannot be built here; undefined when it can. Go keeps what it fetched and built, so this is quick but once. */
function obstacle(): string | undefined {
  try {
    execFileSync('go', ['mod', 'download'], { cwd: SOURCES, stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: Buffer };
    return code === 'ENOENT' ? 'Go is not installed' : `its modules cannot be fetched: ${stderr?.toString().trim()}`;
  }
}

const missing = obstacle();
if (missing) console.warn(`The official Go client is NOT tested: ${missing}`);

describe.each(missing ? [] : [SOURCES])('the official Go client', (sources) => {
  let results: Record<string, string>;

  beforeAll(async () => {
    const folder = tempFolder();
    const program = join(folder.path, 'client');
    execFileSync('go', ['build', '-o', program, '.'], { cwd: sources, stdio: 'pipe' });
    const api = await startConsulApi();
    const { stdout } = await promisify(execFile)(program, [`127.0.0.1:${api.port}`]);
    results = JSON.parse(stdout) as Record<string, string>;
    await api.stop();
    folder.remove();
  }, 300_000);

  it('takes every step that it has', () => {
    expect(Object.keys(results).sort()).toEqual([...STEPS].sort());
  });

  it.each(STEPS)('%s', (step) => {
    expect(results[step]).toBe('');
  });
});

describe('its sources', () => {
  it('are known', () => {
    expect(STEPS.length).toBeGreaterThan(15);
  });
});
