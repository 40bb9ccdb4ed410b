import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, subject, type Subject } from './subject.js';

/** The built resolver, with an empty store of its own and `instances` passing instances of the service `web`. */
export async function startResolver(instances: number): Promise<{ dns: Subject; http: Subject; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const { ready, child } = await startServer('../../apps/resolver/src/main.js', {
    SIGNPOST_RESOLVER_HTTP_PORT: '0',
    SIGNPOST_RESOLVER_DNS_PORT: '0',
    SIGNPOST_RESOLVER_DATA_DIR: folder,
    SIGNPOST_LOG_LEVEL: 'warn',
  });
  const registry = ready.endpoints['registry']!;
  for (let i = 1; i <= instances; i++) await register(registry, i);
  return {
    dns: subject('resolver', ready.endpoints['dns']!, child),
    http: subject('resolver', registry, child),
    stop() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function register(registry: string, i: number): Promise<void> {
  const body = JSON.stringify({ Name: 'web', ID: `web-${i}`, Address: `10.0.0.${i}`, Port: 8000 + i });
  const answer = await fetch(`${registry}/v1/agent/service/register`, { method: 'PUT', body });
  if (!answer.ok) throw new Error(`registering: ${answer.status} ${await answer.text()}`);
}
