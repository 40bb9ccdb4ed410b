import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, subject, type Subject } from './subject.js';

/** A resolver under measurement: its two front doors are subjects with the same process. */
export interface BenchResolver {
  readonly dns: Subject;
  readonly http: Subject;
  /** Where its metrics are: `http://127.0.0.1:6061`. */
  readonly debug: string;
  readonly process: ChildProcess;
  stop(): void;
}

/** The built resolver, with an empty store of its own and `instances` passing instances of the service `web`. */
export function startResolver(instances = 0): Promise<BenchResolver> {
  return start('../../apps/resolver/src/main.js', instances, []);
}

/** The same in one process, without a primary. @param nodeOptions options of Node itself, such as a script to load first */
export function startResolverAlone(instances = 0, nodeOptions: readonly string[] = []): Promise<BenchResolver> {
  return start('./peers/resolver-alone.js', instances, nodeOptions);
}

async function start(script: string, instances: number, nodeOptions: readonly string[]): Promise<BenchResolver> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const env = {
    SIGNPOST_RESOLVER_HTTP_PORT: '0',
    SIGNPOST_RESOLVER_DNS_PORT: '0',
    SIGNPOST_RESOLVER_DATA_DIR: folder,
    SIGNPOST_DEBUG_RESOLVER_PORT: '0',
    SIGNPOST_LOG_LEVEL: 'warn',
    // Records about this machine, which no peer adds.
    SIGNPOST_DNS_ENABLE_ADDITIONAL_NODE_META_TXT: 'false',
  };
  const { ready, child } = await startServer(script, env, [], nodeOptions);
  const registry = ready.endpoints['registry']!;
  for (let i = 1; i <= instances; i++) await register(registry, i);
  return {
    dns: subject('resolver', ready.endpoints['dns']!, child),
    http: subject('resolver', registry, child),
    debug: ready.endpoints['debug']!,
    process: child,
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
