import { loadConfig } from '#libs/config';
import { createLogger } from '#libs/observability';
import { tempFolder } from '#libs/testing';
import { startResolver, type ResolverOptions } from '../apps/resolver/src/resolver.js';

/** The whole resolver in this process, with an empty registry, on free ports of the loopback interface. */
export interface TestResolver {
  /** Its HTTP API: `http://127.0.0.1:8500` */
  readonly registry: string;
  /** Its DNS: `127.0.0.1:8600` */
  readonly dns: string;
  /** Stops it and removes what it stored. */
  stop(): Promise<void>;
}

/**
 * Starts a resolver whose node is called node1.
 *
 * @param settings as environment variables
 */
export async function startTestResolver(
  options?: ResolverOptions,
  settings: Record<string, string> = {},
): Promise<TestResolver> {
  const folder = tempFolder();
  const env = {
    SIGNPOST_RESOLVER_HTTP_PORT: '0',
    SIGNPOST_RESOLVER_DNS_PORT: '0',
    SIGNPOST_RESOLVER_NODE_NAME: 'node1',
    SIGNPOST_RESOLVER_DATA_DIR: folder.path,
    ...settings,
  };
  const log = createLogger({ level: 'silent', format: 'json' }, 'test');
  const { endpoints, stop } = await startResolver(loadConfig({ env }), log, options);
  return {
    registry: endpoints['registry']!,
    dns: endpoints['dns']!,
    async stop() {
      await stop();
      folder.remove();
    },
  };
}
