import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIni } from './ini.js';
import { ConfigError, loadConfig } from './load.js';
import { environmentName, SETTINGS, type Setting } from './settings.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'signpost-config-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(content: string): string {
  const name = join(folder, `${Math.random().toString(36).slice(2)}.ini`);
  writeFileSync(name, content);
  return name;
}

/** The problems that loading tells, one a line. */
function problems(content: string, env: NodeJS.ProcessEnv = {}): readonly string[] {
  const file = fileWith(content);
  try {
    loadConfig({ file, env });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => problem.replaceAll(file, 'app.ini'));
    throw error;
  }
  return [];
}

describe('config/app.ini', () => {
  const shipped = parseIni(readFileSync('config/app.ini', 'utf8'));

  it('has every key with its default, and no other', () => {
    const written = shipped.entries.map(({ section, key, value }) => `[${section}] ${key} = ${value}`.trim());
    const known = Object.entries(SETTINGS).flatMap(([section, keys]) =>
      Object.entries<Setting<unknown>>(keys).map(([key, { fallback }]) => `[${section}] ${key} = ${fallback}`.trim()),
    );
    expect(written).toEqual(known);
    expect(shipped.problems).toEqual([]);
  });

  it('says what each key is for', () => {
    const lines = readFileSync('config/app.ini', 'utf8').split('\n');
    const bare = shipped.entries.filter(({ line }) => !lines[line - 2]!.startsWith('; '));
    expect(bare.map(({ section, key }) => `[${section}] ${key}`)).toEqual([]);
  });

  it('gives the same configuration as no file at all', () => {
    const env = {};
    expect(loadConfig({ file: 'config/app.ini', env })).toEqual(loadConfig({ file: fileWith(''), env }));
  });
});

describe('loadConfig', () => {
  it('takes the environment over the file over the defaults', () => {
    const file = fileWith('[resolver]\nhttp_port = 1\ndns_port = 2\n');
    const config = loadConfig({ file, env: { SIGNPOST_RESOLVER_HTTP_PORT: '3' } });
    expect([config.resolver.http_port, config.resolver.dns_port, config.blog.http_port]).toEqual([3, 2, 8000]);
  });

  it('gives values of their kinds, frozen', () => {
    const config = loadConfig({
      file: fileWith('[dns]\nservice_ttl = web=5s, db*=1m30s\nonly_passing = true\n[blog]\nservice_names = a, b\n'),
      env: {},
    });
    expect(config.dns.service_ttl).toEqual({ web: 5_000, 'db*': 90_000 });
    expect(config.dns.only_passing).toBe(true);
    expect(config.blog.service_names).toEqual(['a', 'b']);
    expect(Object.isFrozen(config) && Object.isFrozen(config.dns)).toBe(true);
  });

  it('tells all problems at once, each with section, key, value and what would be right', () => {
    const content = '[resolver]\nhttp_port = 99999\nhtp_host = x\n[log]\nlevel = loud\n[resolvr]\na = b\nnonsense\n';
    expect(problems(content)).toEqual([
      'app.ini: line 8: expected [section] or key = value, found "nonsense"',
      'app.ini: [resolver] has no key htp_host; did you mean http_host?',
      'app.ini: [resolvr] is no section; did you mean resolver?',
      'app.ini: [resolver] http_port is "99999", expected a port from 0 (any free one) to 65535',
      'app.ini: [log] level is "loud", expected one of trace, debug, info, warn, error, silent',
    ]);
  });

  it('names an unknown variable and the nearest known one', () => {
    expect(problems('', { SIGNPOST_RESOLVER_HTTP_PROT: '1', OTHER: 'x' })).toEqual([
      'SIGNPOST_RESOLVER_HTTP_PROT: no such setting; did you mean SIGNPOST_RESOLVER_HTTP_PORT?',
    ]);
  });

  it.each([
    ['[dns]\nsoa_min_ttl = 2000000h', 'a duration from 0s to 596523h'],
    ['[blog]\ncheck_ttl = 0s', 'a duration from 100ms to 24h'],
    ['[dns]\nservice_ttl = web=soon', 'a duration from 0s to 596523h'],
    ['[dns]\nalt_domain = service.my.zone', 'does not begin with service, connect, node, query, addr'],
    ['[dns]\nallow_from = 10.0.0.0/8, 10.0.0.0/33', 'a network such as 10.0.0.0/8'],
    ['[dns]\nallow_from = 2001:db8::/129', 'a network such as 10.0.0.0/8'],
    ['[dns]\nallow_from = 10.0.0/8', 'a network such as 10.0.0.0/8'],
    ['[dns]\nquery_log = 1.5', 'a number from 0 to 1'],
    ['[dns]\ncookie_secret = 00', '32 hexadecimal digits'],
    ...['0/1m', '5', '5/', '5/0s', '5/25h', '-1/1m', '5/1m/1m', '1.5/1m', '/1m'].map((rate) => [
      `[limits]\nread_rate = ${rate}`,
      'a number of requests and a duration from 1s to 24h, such as 600/1m',
    ]),
    ...['*', 'app.example', 'https://app.example/', 'https://app.example/path', 'null'].map((origin) => [
      `[blog]\ncors_origins = ${origin}`,
      'an origin such as https://app.example',
    ]),
    ['[redis]\nurl = localhost:6379', 'a URL that begins with redis:// or rediss://, or nothing'],
    ['[redis]\nurl = redis:localhost', 'a URL that begins with redis:// or rediss://, or nothing'],
    ['[dns]\nrecursors = 10.0.0.1', 'nothing: this release has no use for it'],
  ])('refuses %j', (content, expected) => {
    expect(problems(content).join()).toContain(expected);
  });

  it('refuses a key given twice', () => {
    expect(problems('[log]\nlevel = info\nlevel = warn\n')).toEqual([
      'app.ini: line 3: [log] level is given a second time',
    ]);
  });

  it('says that a named file is missing, and does without the default one', () => {
    expect(() => loadConfig({ file: join(folder, 'none.ini'), env: {} })).toThrow('none.ini: no such file');
  });

  it('reads a secret from a file and never prints it', () => {
    const env = { SIGNPOST_AUTH_ADMIN_PASSWORD_FILE: fileWith('s3cret\n') };
    expect(loadConfig({ env }).auth.admin_password).toBe('s3cret');
    expect(problems('[database]\nurl = mysql//user:hunter2@host\n')[0]).toMatch(/\(not shown\)/);
    expect(problems('[redis]\nurl = http://:hunter2@host\n')[0]).toMatch(/\(not shown\)/);
    expect(problems('', { SIGNPOST_AUTH_ADMIN_PASSWORD_FILE: '/does/not/exist' })[0]).toMatch(
      /^SIGNPOST_AUTH_ADMIN_PASS/,
    );
    expect(problems('', { ...env, SIGNPOST_AUTH_ADMIN_PASSWORD: 'other' })).toEqual([
      'SIGNPOST_AUTH_ADMIN_PASSWORD_FILE: SIGNPOST_AUTH_ADMIN_PASSWORD is set too; unset one of them',
    ]);
    expect(problems('', { SIGNPOST_RESOLVER_HTTP_PORT_FILE: 'x' })[0]).toMatch(/no such setting/);
  });

  it.each(['__proto__', 'constructor', 'toString'])('is not fooled by a section or key named %s', (name) => {
    expect(problems(`[${name}]\na = b\n[log]\n${name} = x\n`)).toHaveLength(2);
  });

  it('has a variable for each key', () => {
    expect(environmentName('resolver', 'http_port')).toBe('SIGNPOST_RESOLVER_HTTP_PORT');
  });
});
