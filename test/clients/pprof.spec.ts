// `go tool pprof` against the debug port of a built program, where there is a Go.
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder, TestProgram } from '#libs/testing';

/** Why the tool cannot be used here; undefined when it can. */
function obstacle(): string | undefined {
  try {
    execFileSync('go', ['tool', 'pprof', '-h'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { code, status } = error as NodeJS.ErrnoException & { status?: number };
    if (code === 'ENOENT') return 'Go is not installed';
    // It ends its own help with 2.
    return status === 2 ? undefined : (error as Error).message;
  }
}

const missing = obstacle();
if (missing) console.warn(`go tool pprof is NOT tested: ${missing}`);

const folder = tempFolder();
let resolver: TestProgram;
let debug: string;
let over = false;

beforeAll(async () => {
  resolver = TestProgram.start('resolver', {
    SIGNPOST_RESOLVER_HTTP_PORT: '0',
    SIGNPOST_RESOLVER_DNS_PORT: '0',
    SIGNPOST_RESOLVER_DATA_DIR: join(folder.path, 'resolver'),
  });
  const { endpoints } = await resolver.ready();
  debug = endpoints['debug']!;
  // Something to profile.
  for (let i = 0; i < 8; i++) void askOn(`${endpoints['registry']}/v1/catalog/service/web-${i}-`);
});
afterAll(async () => {
  over = true;
  await resolver.end();
  folder.remove();
});

/** @param start of addresses, of which no two are the same: what was asked before is answered in front of Fastify */
async function askOn(start: string): Promise<void> {
  for (let n = 0; !over; n++) {
    await fetch(`${start}${n}`).then(
      (answer) => answer.arrayBuffer(),
      () => {},
    );
  }
}

async function top(path: string): Promise<string> {
  const env = { ...process.env, PPROF_TMPDIR: folder.path };
  const args = ['tool', 'pprof', '-top', '-nodecount=500', `${debug}/debug/pprof/${path}`];
  return (await promisify(execFile)('go', args, { env })).stdout;
}

describe.each(missing ? [] : ['go tool pprof'])('%s', () => {
  it('reads what the CPU does', async () => {
    const text = await top('profile?seconds=2');
    expect(text).toMatch(/^Type: cpu$/m);
    expect(text).toMatch(/^Duration: 2\.?\d*s/m);
    // Fastify's, on the way of every request.
    expect(text).toMatch(/%\s+routing$/m);
  });

  it('reads the heap, and what is allocated', async () => {
    expect(await top('heap?seconds=2')).toMatch(/^Type: inuse_space$/m);
    expect(await top('allocs?seconds=2')).toMatch(/^Type: alloc_space$/m);
  });
});

describe('the debug port of a built program', () => {
  it('has profiles where Go has them', async () => {
    const index = await fetch(`${debug}/debug/pprof/`);
    expect([index.status, await index.text()]).toEqual([200, expect.stringContaining('profile?seconds=N')]);
    expect(await (await fetch(`${debug}/debug/pprof/cmdline`)).text()).toContain('dist/apps/resolver/src/main.js');
  });
});
