// docker/prometheus and docker/grafana: every metric in them is one that the programs have, and promtool takes all of it.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';

const FOLDER = 'docker/prometheus';
const ALERTS = readFileSync(join(FOLDER, 'alerts.yml'), 'utf8');

/** docs/metrics.md has a row for each metric that the built programs show: another test compares the two. */
const KNOWN = new Set(
  [...readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name!),
);

const dashboard = JSON.parse(readFileSync('docker/grafana/signpost.json', 'utf8')) as {
  panels: { title: string; targets?: { expr: string }[] }[];
};
const QUERIES = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** The names of metrics in PromQL, without what a histogram adds to them. */
function metricsIn(text: string): string[] {
  const names = text.match(/\b(?:signpost|process|nodejs)_\w+/g) ?? [];
  return names.map((name) => (KNOWN.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '')));
}

const folder = tempFolder();
afterAll(() => folder.remove());

/** Runs promtool, of Debian's package prometheus. Rejects with its output when it finds fault. */
async function promtool(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('promtool', args);
  return stdout;
}

describe('the alerts', () => {
  it('are about metrics that there are', () => {
    const names = metricsIn(ALERTS.replaceAll(/description:.*/g, ''));
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !KNOWN.has(name))).toEqual([]);
  });

  it('can be read, and fire when they should and not otherwise', async () => {
    expect(await promtool('check', 'rules', join(FOLDER, 'alerts.yml'))).toContain('SUCCESS: 16 rules found');
    expect(await promtool('check', 'config', join(FOLDER, 'prometheus.yml'))).toContain('SUCCESS');
    expect(await promtool('test', 'rules', join(FOLDER, 'alerts.test.yml'))).toContain('SUCCESS');
  });

  it('are each made to fire by the test', () => {
    const names = [...ALERTS.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name!);
    const fired = readFileSync(join(FOLDER, 'alerts.test.yml'), 'utf8').match(/(?<={alertname=")\w+/g);
    expect(fired).toEqual(names);
  });
});

describe('the dashboard', () => {
  it('shows metrics that there are', () => {
    const names = QUERIES.flatMap(metricsIn);
    expect(names.length).toBeGreaterThan(35);
    expect(names.filter((name) => !KNOWN.has(name))).toEqual([]);
  });

  it('asks in PromQL', async () => {
    // What Grafana puts in the place of its variables.
    const rules = QUERIES.map((expr, i) => ({
      record: `panel_${i}`,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
    }));
    const file = join(folder.path, 'rules.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(await promtool('check', 'rules', file)).toContain(`SUCCESS: ${QUERIES.length} rules found`);
  });
});
