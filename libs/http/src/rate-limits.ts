import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HTTP_PROBLEMS } from './http-problems.js';
import { Problem } from './problem.js';
import type { RateStore } from './rate-store.js';
import type { Rate, Spent } from './rate.js';

/** A limit by rate, as clients know it. */
export interface RatePolicy {
  /** Letters and digits. */
  readonly name: string;
  readonly rate: Rate;
}

/** What a request counts as: which policy, and against whom. */
export interface Charge {
  readonly policy: RatePolicy;
  /** `user:ann` or `net:192.0.2.0/24` */
  readonly payer: string;
}

/** How many requests were refused, by the name of the policy. */
export type RateRefusals = ReadonlyMap<string, number>;

/** What is limited, for whoever looks at a request besides Fastify. */
export interface RateLimits {
  /** Counts that go on. */
  readonly refusals: RateRefusals;
  /**
   * Charges a request before Fastify sees it, which charges it no second time.
   *
   * @returns the headers of its answer; undefined when it is refused or that is not known yet, which Fastify tells
   */
  chargeEarly(request: IncomingMessage, charge: Charge): readonly string[] | undefined;
}

const SPENT = Symbol('what a request has spent');

interface Charged {
  [SPENT]?: Spent | Promise<Spent>;
}

/**
 * Limits requests by rate, before anything of them is parsed. Every answer tells how much is left; one too many is a 429.
 *
 * @param chargeOf what a request counts as; undefined for one that does not count
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ for the headers
 */
export function limitRates(
  fastify: FastifyInstance,
  store: RateStore,
  chargeOf: (request: FastifyRequest) => Charge | undefined,
): RateLimits {
  const refusals = new Map<string, number>();
  const spendOnce = (request: IncomingMessage & Charged, { policy, payer }: Charge) =>
    (request[SPENT] ??= store.spend(`${policy.name} ${payer}`, policy.rate));
  const settle = (policy: RatePolicy, spent: Spent) => {
    if (spent.allowed) return undefined;
    refusals.set(policy.name, (refusals.get(policy.name) ?? 0) + 1);
    return tooMany(policy, spent);
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    const charge = chargeOf(request);
    if (!charge) return done();
    const { policy } = charge;
    const tell = (spent: Spent) => {
      const [policyName, policyValue, limitName, limitValue] = headersOf(policy, spent);
      void reply.header(policyName, policyValue).header(limitName, limitValue);
      done(settle(policy, spent));
    };
    const spent = spendOnce(request.raw, charge);
    if (spent instanceof Promise) spent.then(tell, done);
    else tell(spent);
  });
  return {
    refusals,
    chargeEarly(request, charge) {
      const spent = spendOnce(request, charge);
      return spent instanceof Promise || !spent.allowed ? undefined : headersOf(charge.policy, spent);
    },
  };
}

/** Names and values in turns. */
function headersOf({ name, rate }: RatePolicy, { remaining, reset }: Spent): [string, string, string, string] {
  return [
    'ratelimit-policy',
    `"${name}";q=${rate.limit};w=${toSeconds(rate.window)}`,
    'ratelimit',
    `"${name}";r=${remaining};t=${toSeconds(reset)}`,
  ];
}

function tooMany({ rate }: RatePolicy, { reset }: Spent): Problem {
  return new Problem(HTTP_PROBLEMS.tooManyRequests, {
    detail: `at most ${rate.limit} in ${toSeconds(rate.window)} s`,
    headers: { 'retry-after': String(toSeconds(reset)) },
  });
}

function toSeconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}
