// docker/Dockerfile and docker/compose.yaml, held against the tree and the settings. Nothing here builds an image.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environmentName, loadConfig, SETTINGS, type Section } from '#libs/config';

const dockerfile = readFileSync('docker/Dockerfile', 'utf8');
const compose = readFileSync('docker/compose.yaml', 'utf8');
const defaults = loadConfig({ env: {}, file: 'config/app.ini' });
const PORTS = [defaults.blog.http_port, defaults.resolver.http_port, defaults.resolver.dns_port];

/** The instructions of a kind, without the word. */
function instructions(kind: string): string[] {
  return [...dockerfile.matchAll(new RegExp(`^${kind} (.*)$`, 'gm'))].map(([, rest]) => rest!);
}

/** Every setting's environment variable. */
const variables = new Set(
  Object.entries(SETTINGS).flatMap(([section, keys]) =>
    Object.keys(keys).map((key) => environmentName(section as Section, key)),
  ),
);

/** What a service of the compose file sets, with `x` for what comes from outside. */
function environmentOf(service: string): Record<string, string> {
  const [text] = new RegExp(`^  ${service}:\\n(    .*\\n|\\n)*`, 'm').exec(compose)!;
  const set = [...text.matchAll(/^ {6}(SIGNPOST_\w+): (.*)$/gm)];
  return Object.fromEntries(
    set.map(([, name, value]) => [name!, value!.replace(/\$\{\w+:\?\}/, 'x'.repeat(20)).replace(/^'(.*)'$/, '$1')]),
  );
}

describe('docker/Dockerfile', () => {
  it('copies what there is, and leaves none of it out of the context', () => {
    const sources = instructions('COPY')
      .filter((copy) => !copy.startsWith('--from='))
      .flatMap((copy) => copy.split(' ').slice(0, -1));
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
    const kept = readFileSync('docker/Dockerfile.dockerignore', 'utf8').match(/(?<=^!).*$/gm)!;
    expect(kept.toSorted()).toEqual(sources.toSorted());
  });

  it('runs on the Node that the tree names', () => {
    const release = readFileSync('.node-version', 'utf8').trim();
    for (const stage of instructions('FROM')) expect(stage).toContain(`node:${release}-`);
  });

  it('exposes the default ports, and sets what there is', () => {
    const exposed = instructions('EXPOSE').flatMap((ports) =>
      ports.split(' ').map((port) => Number.parseInt(port, 10)),
    );
    expect(new Set(exposed)).toEqual(new Set(PORTS));
    const set = [...dockerfile.matchAll(/\b(SIGNPOST_\w+)=/g)].map(([, name]) => name!);
    expect(set).not.toEqual([]);
    expect(set.filter((name) => !variables.has(name))).toEqual([]);
  });

  it('starts as a user, without a shell in between, a program that there is', () => {
    expect(instructions('USER')).toEqual(['node']);
    const command = [...instructions('ENTRYPOINT'), ...instructions('CMD')].flatMap(
      (list) => JSON.parse(list) as string[],
    );
    expect(command).toEqual(['node', '--disable-sigusr1', 'dist/apps/resolver/src/main.js']);
    expect(existsSync(command.at(-1)!)).toBe(true);
    expect(instructions('STOPSIGNAL')).toEqual(['SIGTERM']);
  });
});

describe('docker/compose.yaml', () => {
  it.each(['resolver', 'blog'])('gives the %s settings that it takes', (service) => {
    const env = environmentOf(service);
    expect(Object.keys(env).length).toBeGreaterThan(2);
    expect(Object.keys(env).filter((name) => !variables.has(name))).toEqual([]);
    expect(() => loadConfig({ env, file: 'config/app.ini' })).not.toThrow();
  });

  it('publishes the default ports to this machine alone', () => {
    const published = [...compose.matchAll(/'([\d.]+):(\d+):(\d+)(\/\w+)?'/g)];
    expect(new Set(published.map(([, address]) => address))).toEqual(new Set(['127.0.0.1']));
    expect(new Set(published.map(([, , , port]) => Number(port)))).toEqual(new Set(PORTS));
  });

  it('builds by the Dockerfile, and asks the probes that there are', () => {
    expect(compose).toContain('dockerfile: docker/Dockerfile');
    const probes = [...compose.matchAll(/fetch\("http:\/\/(\w+):(\d+)(\/\w+)"\)/g)].map((match) => match.slice(1));
    expect(probes).toEqual([
      ['resolver', String(defaults.resolver.http_port), '/readyz'],
      ['blog', String(defaults.blog.http_port), '/readyz'],
    ]);
  });
});
