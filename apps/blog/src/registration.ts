import type { Config } from '#libs/config';
import { Discovery } from '#libs/discovery';
import { isUnspecified, type Listening } from '#libs/http';
import type { Logger, Tracing } from '#libs/observability';
import type { Clock } from '#libs/time';

export interface RegistrationParts {
  readonly log: Logger;
  readonly clock: Clock;
  readonly tracing: Tracing | undefined;
}

/** The registry's client; undefined when the blog is not to register. */
export function openDiscovery({ blog }: Config, { log, clock, tracing }: RegistrationParts): Discovery | undefined {
  const { registry_url: registryUrl, registry_token: token } = blog;
  if (registryUrl === '') return undefined;
  return new Discovery({ registryUrl, token, clock, log, ...(tracing && { fetch: tracing.fetch }) });
}

/** Begins to register the blog under each of its names. */
export function registerBlog(discovery: Discovery, { blog }: Config, { address, port }: Listening): void {
  for (const name of blog.service_names) {
    // An address that stands for all is of no use to a client: the registry then gives out that of its node.
    const reachable = isUnspecified(address) ? {} : { address };
    discovery.register({ name, port, ttl: blog.check_ttl, ...reachable });
  }
}
