import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#libs/config';
import {
  allowOrigins,
  answerInFront,
  closeWithin,
  createHttpAdapter,
  Cursors,
  listen,
  ProblemFilter,
  serveDocumentation,
  ValidationPipe,
  type Drain,
  type Listening,
} from '#libs/http';
import { Metrics, nestLogger, startTracing, type Logger } from '#libs/observability';
import { Shutdown } from '#libs/probes';
import { ownSockets, type Sockets } from '#libs/sockets';
import { listenError, requireFreePort, storageError, version, type Started, type Supervisor } from '#libs/supervisor';
import { systemClock, type Clock } from '#libs/time';
import { Articles } from './articles/articles.js';
import { Revocations } from './auth/revocations.js';
import { SharedSecret } from './auth/shared-secret.js';
import { SigningKeys } from './auth/signing-keys.js';
import type { TokenKeys } from './auth/token-keys.js';
import { Tokens } from './auth/tokens.js';
import { BlogModule, RESOURCES } from './blog.module.js';
import { openCaching, prefixFor, type CachingOptions, type MakeCache } from './caching/blog-cache.js';
import { serveHotReads } from './caching/hot-reads.js';
import { ListReads } from './caching/list-reads.js';
import { readyReads } from './caching/ready-reads.js';
import { openWatchedDatabase } from './database/open.js';
import { sharedSecret } from './database/secrets.js';
import { Answers } from './idempotency/answers.js';
import { Lists } from './lists/list.js';
import { httpLimits } from './limits/limits.js';
import { openLimitStores } from './limits/limit-stores.js';
import { addCacheMetrics } from './metrics/cache-metrics.js';
import { addDatabaseMetrics } from './metrics/database-metrics.js';
import { addLimitMetrics } from './metrics/limit-metrics.js';
import type { BlogParts } from './parts.js';
import { blogProbes, type BlogProbesOptions } from './probes.js';
import { openDiscovery, registerBlog } from './registration.js';
import { Tags } from './tags/tags.js';
import { Accounts } from './users/accounts.js';
import { ensureAdmin } from './users/first-admin.js';
import { Passwords } from './users/passwords.js';
import { watchRequests, type WatchOptions } from './watch.js';

/** What is under way so many milliseconds after the blog was told to stop is cut off; deregistering takes two seconds at most. */
const CLOSE_DEADLINE_MS = 3_000;

/** What a test replaces; a program has the supervisor's. */
export interface BlogOptions extends Partial<Supervisor> {
  readonly clock?: Clock;
  readonly makeCache?: MakeCache | undefined;
}

/**
 * Starts the blog: database, account, HTTP, and last the registration, so that nobody is sent here too early. It stops in
 * reverse: not ready, not registered, not listening, and the database last.
 *
 * @throws StartError when a setting has to be changed first
 */
export async function startBlog(
  config: Config,
  log: Logger,
  { clock = systemClock, metrics = new Metrics(version()), sockets = () => ownSockets, makeCache }: BlogOptions = {},
): Promise<Started> {
  const forHttp = sockets('http');
  await requireFreePort(forHttp, config.blog.http_host, config.blog.http_port, 'blog', 'http_port');
  const tracing = await startTracing(config.trace, 'signpost-blog', version(), log);
  const database = await openWatchedDatabase(config.database, tracing);
  let opened: Pick<BlogParts, 'cache' | 'limits'> | undefined;
  try {
    const parts = await openParts({ config, database, log, clock, makeCache });
    opened = parts;
    await parts.cache.start();
    parts.limits.start();
    addDatabaseMetrics(metrics, database);
    addCacheMetrics(metrics, parts.cache);
    addLimitMetrics(metrics, parts.limits);
    const shutdown = new Shutdown();
    const discovery = openDiscovery(config, { log, clock, tracing });
    const watched = { database, shutdown, discovery, metrics, tracing };
    const { app, listening, drain } = await serve(config, parts, watched, forHttp);
    // After all that can fail: a password that was made up is told once, by a program that runs.
    const account = await ensureAdmin(parts.accounts, config.auth.admin_password);
    if (discovery) registerBlog(discovery, config, listening);
    return {
      endpoints: { blog: listening.url },
      banner: [`blog ${listening.url}/api/v1/articles`, `docs ${listening.url}/docs`],
      ...(account && { account }),
      // Whoever waits for this program finds it in the registry, if that is there.
      settled: async () => discovery?.tried(),
      async drain() {
        // The others keep the service registered, under the same id.
        discovery?.leave();
        await drain.run();
      },
      async stop() {
        shutdown.begin();
        await discovery?.stop();
        await shutdown.wait(clock, config.blog.shutdown_delay);
        await closeWithin(app, CLOSE_DEADLINE_MS);
        await tracing?.stop();
        await parts.limits.stop();
        await parts.cache.stop();
        await database.close();
      },
    };
  } catch (error) {
    await opened?.limits.stop();
    await opened?.cache.stop();
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
    limits: openLimitStores({ config, clock, log, prefix: await prefixFor(database) }),
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

type Watched = Pick<BlogProbesOptions, 'database' | 'shutdown' | 'discovery'> & Omit<WatchOptions, 'requests'>;

interface Http {
  readonly app: NestFastifyApplication;
  readonly listening: Listening;
  readonly drain: Drain;
}

async function serve(
  config: Config,
  parts: BlogParts,
  { metrics, tracing, ...probed }: Watched,
  sockets: Sockets,
): Promise<Http> {
  const { blog } = config;
  const { adapter, closeRoutes, requests, drain } = createHttpAdapter(httpLimits(config));
  const { log } = parts;
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    BlogModule.forRoot(
      parts,
      blogProbes({
        ...probed,
        cache: parts.cache,
        dataDir: blog.data_dir,
        isListening: () => app.getHttpServer().listening || drain.begun,
      }),
    ),
    adapter,
    { bodyParser: false, logger: nestLogger(log), abortOnError: false },
  );
  allowOrigins(adapter.getInstance(), blog.cors_origins);
  const rates = watchRequests(app, parts, { requests, metrics, tracing });
  const lists = new ListReads(parts.reads, app.get(Articles), app.get(Tags));
  serveHotReads(app, parts, lists);
  // A span must hold all that is done for a request.
  if (!tracing) {
    const ready = readyReads({ ...parts, lists, tokens: app.get(Tokens), rates });
    answerInFront(adapter.getInstance(), { drain, requests, log }, ready);
  }
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
    return { app, listening: await listen(app, blog.http_host, blog.http_port, sockets), drain };
  } catch (error) {
    await app.close();
    throw listenError(error, 'blog', 'http_port', blog.http_port);
  }
}
