import type { IncomingMessage } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '#libs/config';
import {
  clientAddresses,
  limitRates,
  networkOf,
  type Charge,
  type HttpLimits,
  type Rate,
  type RatePolicy,
  type RateRefusals,
} from '#libs/http';
import { recogniseViewer } from '../auth/token.guard.js';
import { Tokens } from '../auth/tokens.js';
import type { BlogParts } from '../parts.js';
import type { User, Viewer } from '../users/account.js';

/** The limits of size and time, as the HTTP edge takes them. */
export function httpLimits({ blog, limits }: Config): Partial<HttpLimits> {
  return {
    bodyLimit: limits.body_size,
    headersTimeout: limits.headers_timeout,
    requestTimeout: limits.request_timeout,
    keepAliveTimeout: limits.keep_alive_timeout,
    maxConnections: limits.max_connections,
    trustedProxies: blog.trusted_proxies,
  };
}

/**
 * The share of a limit that a process lets through before the others have heard of it. Only for reads: one that is in memory takes a fifth of
 * the time that Redis takes to answer. A write or a check of a password takes many times longer than that, so those are asked for one by one.
 */
const READ_BATCH = 1 / 50;

/** The rates of the blog, for what looks at requests besides Fastify. */
export interface BlogRates {
  readonly refusals: RateRefusals;
  /** Charges a read before Fastify sees it. @returns the headers of its answer; undefined when Fastify has to decide */
  chargeRead(request: IncomingMessage, viewer: Viewer): readonly string[] | undefined;
}

/** Limits reads, writes and checks of passwords by rate, unless that is switched off. */
export function limitBlogRates(
  app: NestFastifyApplication,
  { config: { limits, blog }, limits: { rates } }: BlogParts,
): BlogRates | undefined {
  if (!limits.enabled) return undefined;
  const tokens = app.get(Tokens);
  const read: RatePolicy = { name: 'read', rate: inBatches(limits.read_rate) };
  const write: RatePolicy = { name: 'write', rate: limits.write_rate };
  const login: RatePolicy = { name: 'login', rate: limits.login_rate };
  const addressOf = clientAddresses(blog.trusted_proxies);
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const { refusals, chargeEarly } = limitRates(fastify, rates, (request): Charge | undefined => {
    // Whoever looks whether this program lives must not be told that it asks too often.
    if (isProbe(request)) return undefined;
    if (checksPassword(request)) return { policy: login, payer: networkPayer(request) };
    return { policy: isRead(request) ? read : write, payer: payerOf(request, tokens) };
  });
  return {
    refusals,
    chargeRead(request, viewer) {
      const payer = viewer ? userPayer(viewer) : networkPayer({ ip: addressOf(request) });
      return chargeEarly(request, { policy: read, payer });
    },
  };
}

function inBatches(rate: Rate): Rate {
  return { ...rate, batch: Math.floor(rate.limit * READ_BATCH) };
}

function isProbe({ url }: FastifyRequest): boolean {
  return url.startsWith('/livez') || url.startsWith('/readyz') || url.startsWith('/healthz');
}

function checksPassword({ url }: FastifyRequest): boolean {
  if (!url.startsWith('/auth')) return false;
  const [path] = url.split('?', 1);
  return path === '/auth' || path === '/auth/password';
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** A token that was not verified yet counts against the network: finding out whose it is costs more than what is limited. */
function payerOf(request: FastifyRequest, tokens: Tokens): string {
  const user = recogniseViewer(request, tokens);
  return user ? userPayer(user) : networkPayer(request);
}

function userPayer({ name }: User): string {
  return `user ${name}`;
}

function networkPayer({ ip }: Pick<FastifyRequest, 'ip'>): string {
  return `network ${networkOf(ip)}`;
}
