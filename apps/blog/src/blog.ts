import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#libs/config';
import { Discovery } from '#libs/discovery';
import {
  allowOrigins,
  closeWithin,
  createHttpAdapter,
  Cursors,
  isUnspecified,
  listen,
  ProblemFilter,
  serveDocumentation,
  ValidationPipe,
  type Drain,
  type Listening,
} from '#libs/http';
import { nestLogger, type Logger } from '#libs/observability';
import type { ProbeGroups } from '#libs/probes';
import { ownSockets, type Sockets } from '#libs/sockets';
import { listenError, requireFreePort, storageError, version, type Started, type Supervisor } from '#libs/supervisor';
import { systemClock, type Clock } from '#libs/time';
import { Revocations } from './auth/revocations.js';
import { SharedSecret } from './auth/shared-secret.js';
import { SigningKeys } from './auth/signing-keys.js';
import type { TokenKeys } from './auth/token-keys.js';
import { BlogModule, RESOURCES } from './blog.module.js';
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

/** What is under way so many milliseconds after the blog was told to stop is cut off; deregistering takes two seconds at most. */
const CLOSE_DEADLINE_MS = 3_000;

/**
 * Starts the blog: database, account, HTTP, and last the registration, so that nobody is sent here too early. It stops in
 * reverse.
 *
 * @throws StartError when a setting has to be changed first
 */
export async function startBlog(
  config: Config,
  log: Logger,
  clock: Clock = systemClock,
  sockets: Supervisor['sockets'] = () => ownSockets,
): Promise<Started> {
  const forHttp = sockets('http');
  await requireFreePort(forHttp, config.blog.http_host, config.blog.http_port, 'blog', 'http_port');
  const database = await openDatabase(config.database.url, config.database.pool_size);
  try {
    const keys = loadKeys(config, log, clock);
    const revocations = new Revocations({ database, clock });
    const accounts = new Accounts({ database, revocations, clock, passwords: new Passwords() });
    const lists = new Lists(database, new Cursors(await sharedSecret(database, 'cursors')));
    const answers = new Answers(database, clock);
    const parts = { config, log, clock, database, lists, answers, keys, revocations, accounts };
    const { app, listening, drain } = await serve(config, parts, forHttp);
    // After all that can fail: a password that was made up is told once, by a program that runs.
    const account = await ensureAdmin(accounts, config.auth.admin_password);
    const discovery = register(config, listening, log, clock);
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
        await discovery?.stop();
        await closeWithin(app, CLOSE_DEADLINE_MS);
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
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

interface Http {
  readonly app: NestFastifyApplication;
  readonly listening: Listening;
  readonly drain: Drain;
}

async function serve(config: Config, parts: BlogParts, sockets: Sockets): Promise<Http> {
  const { blog } = config;
  const { adapter, closeRoutes, drain } = createHttpAdapter(httpLimits(config));
  const { log, database } = parts;
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    BlogModule.forRoot(
      parts,
      probes(database, () => app.getHttpServer().listening || drain.begun),
    ),
    adapter,
    { bodyParser: false, logger: nestLogger(log), abortOnError: false },
  );
  allowOrigins(adapter.getInstance(), blog.cors_origins);
  limitBlogRates(app, parts);
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
