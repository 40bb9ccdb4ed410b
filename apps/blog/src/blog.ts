import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#libs/config';
import { Discovery } from '#libs/discovery';
import {
  allowOrigins,
  createHttpAdapter,
  Cursors,
  drain,
  isUnspecified,
  listen,
  ProblemFilter,
  serveDocumentation,
  ValidationPipe,
  type Listening,
} from '#libs/http';
import { nestLogger, type Logger } from '#libs/observability';
import type { ProbeGroups } from '#libs/probes';
import { listenError, requireFreePort, storageError, version, type Started } from '#libs/supervisor';
import { systemClock, type Clock } from '#libs/time';
import { Revocations } from './auth/revocations.js';
import { SharedSecret } from './auth/shared-secret.js';
import { SigningKeys } from './auth/signing-keys.js';
import type { TokenKeys } from './auth/token-keys.js';
import { BlogModule, RESOURCES } from './blog.module.js';
import { openCaching, type BlogCache, type CachingOptions, type MakeCache } from './caching/blog-cache.js';
import { serveHotReads } from './caching/hot-reads.js';
import type { Database } from './database/database.js';
import { openDatabase } from './database/open.js';
import { sharedSecret } from './database/secrets.js';
import { Answers } from './idempotency/answers.js';
import { Lists } from './lists/list.js';
import { httpLimits, limitBlogRates } from './limits.js';
import type { BlogParts } from './parts.js';
import { Accounts } from './users/accounts.js';
import { ensureAdmin } from './users/first-admin.js';
import { Passwords } from './users/passwords.js';

/** What is under way after so many milliseconds of draining is cut off; deregistering takes two seconds at most. */
const DRAIN_DEADLINE_MS = 3_000;

/**
 * Starts the blog: database, account, HTTP, and last the registration, so that nobody is sent here too early. It stops in
 * reverse.
 *
 * @param makeCache given by tests alone
 * @throws StartError when a setting has to be changed first
 */
export async function startBlog(
  config: Config,
  log: Logger,
  clock: Clock = systemClock,
  makeCache?: MakeCache,
): Promise<Started> {
  await requireFreePort(config.blog.http_host, config.blog.http_port, 'blog', 'http_port');
  const database = await openDatabase(config.database.url, config.database.pool_size);
  let cache: BlogCache | undefined;
  try {
    const parts = await openParts({ config, database, log, clock, makeCache });
    cache = parts.cache;
    await cache.start();
    const { app, listening } = await serve(config, parts);
    // After all that can fail: a password that was made up is told once, by a program that runs.
    const account = await ensureAdmin(parts.accounts, config.auth.admin_password);
    const discovery = register(config, listening, log, clock);
    return {
      endpoints: { blog: listening.url },
      banner: [`blog ${listening.url}/api/v1/articles`, `docs ${listening.url}/docs`],
      ...(account && { account }),
      // Whoever waits for this program finds it in the registry, if that is there.
      settled: async () => discovery?.tried(),
      async stop() {
        await discovery?.stop();
        await drain(app, DRAIN_DEADLINE_MS);
        await parts.cache.stop();
        await database.close();
      },
    };
  } catch (error) {
    await cache?.stop();
    await database.close();
    throw error;
  }
}

async function openParts(options: CachingOptions & { readonly config: Config }): Promise<BlogParts> {
  const { config, database, log, clock } = options;
  const revocations = new Revocations({ database, clock });
  return {
    ...{ config, log, clock, database, revocations },
    ...(await openCaching(options)),
    accounts: new Accounts({ database, revocations, clock, passwords: new Passwords() }),
    lists: new Lists(database, new Cursors(await sharedSecret(database, 'cursors'))),
    answers: new Answers(database, clock),
    keys: loadKeys(config, log, clock),
  };
}

function loadKeys({ auth, blog }: Config, log: Logger, clock: Clock): TokenKeys {
  if (auth.hs256_secret !== '') return new SharedSecret(auth.hs256_secret);
  try {
    const { key_rotation: rotation, access_token_ttl: tokenLifetime } = auth;
    return SigningKeys.open({ folder: join(blog.data_dir, 'keys'), clock, log, rotation, tokenLifetime });
  } catch (error) {
    throw storageError(error, 'blog', 'data_dir');
  }
}

async function serve(config: Config, parts: BlogParts): Promise<{ app: NestFastifyApplication; listening: Listening }> {
  const { blog } = config;
  const { adapter, closeRoutes } = createHttpAdapter(httpLimits(config));
  const { log, database } = parts;
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    BlogModule.forRoot(
      parts,
      probes(database, () => app.getHttpServer().listening),
    ),
    adapter,
    { bodyParser: false, logger: nestLogger(log), abortOnError: false },
  );
  allowOrigins(adapter.getInstance(), blog.cors_origins);
  limitBlogRates(app, parts);
  serveHotReads(app, parts);
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter(log));
  serveDocumentation(app, {
    title: 'Signpost blog',
    description:
      'Articles and tags. Reading is public unless `[auth] public_reads` is off; writing needs a token of /auth.',
    version: version(),
    modules: RESOURCES,
  });
  await app.init();
  closeRoutes();
  try {
    return { app, listening: await listen(app, blog.http_host, blog.http_port) };
  } catch (error) {
    await app.close();
    throw listenError(error, 'blog', 'http_port', blog.http_port);
  }
}

function probes(database: Database, isListening: () => boolean): ProbeGroups {
  const listener = {
    name: 'listener',
    check() {
      if (!isListening()) throw new Error('the HTTP port is not open');
    },
  };
  return { live: [], ready: [{ name: 'database', check: () => database.check() }, listener] };
}

function register({ blog }: Config, { address, port }: Listening, log: Logger, clock: Clock): Discovery | undefined {
  if (blog.registry_url === '') return undefined;
  const discovery = new Discovery({ registryUrl: blog.registry_url, token: blog.registry_token, clock, log });
  for (const name of blog.service_names) {
    // An address that stands for all is of no use to a client: the registry then gives out that of its node.
    const reachable = isUnspecified(address) ? {} : { address };
    discovery.register({ name, port, ttl: blog.check_ttl, ...reachable });
  }
  return discovery;
}
