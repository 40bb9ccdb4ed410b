// docs/operations.md and the units for systemd, held against the code.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '#libs/config';

const page = readFileSync('docs/operations.md', 'utf8');

describe('docs/operations.md', () => {
  it('tells of each signal that a primary listens to, and of no other', () => {
    const source = readFileSync('libs/primary/src/primary.ts', 'utf8');
    const handled = [...source.matchAll(/'(SIG\w+)'/g)].map(([, signal]) => signal!);
    const told = [...page.matchAll(/^\| `(SIG\w+)`/gm)].map(([, signal]) => signal!);
    expect([...told].sort()).toEqual([...new Set(handled)].sort());
  });

  it('names settings and metrics that there are', () => {
    const sections: Record<string, object> = SETTINGS;
    const settings = [...page.matchAll(/`\[(\w+)\] (\w+)`/g)].map(([, section, key]) => [section!, key!] as const);
    expect(settings.filter(([section, key]) => !Object.hasOwn(sections[section] ?? {}, key))).toEqual([]);
    const metrics = [...page.matchAll(/`(signpost_\w+)/g)].map(([, name]) => `\`${name}\``);
    expect(metrics.filter((name) => !readFileSync('docs/metrics.md', 'utf8').includes(name))).toEqual([]);
  });
});

describe.each(['resolver', 'blog'])('the unit of the %s', (app) => {
  const unit = readFileSync(`config/systemd/signpost-${app}.service`, 'utf8');

  it('starts the program that it reloads, with the same configuration', () => {
    const [, start] = /^ExecStart=\/usr\/bin\/node --disable-sigusr1 (.*)$/m.exec(unit)!;
    const [, reload] = /^ExecReload=\/usr\/bin\/node (.*)$/m.exec(unit)!;
    expect(start).toMatch(new RegExp(`^dist/apps/${app}/src/main\\.js --config `));
    expect(reload).toBe(start!.replace(' --config', ' reload --config'));
  });

  it('sets what there is', () => {
    const names = [...unit.matchAll(/^Environment=SIGNPOST_(\w+?)_(\w+)=/gm)].map(([, section, key]) => [
      section!,
      key!,
    ]);
    const sections: Record<string, object> = SETTINGS;
    expect(names.length).toBeGreaterThan(0);
    for (const [section, key] of names) {
      expect(Object.keys(sections[section!.toLowerCase()]!)).toContain(key!.toLowerCase());
    }
  });
});
