import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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

/**
 * Limits requests by rate, before anything of them is parsed. Every answer tells how much is left; one too many is a 429.
 *
 * @param chargeOf what a request counts as; undefined for one that does not count
 * @returns counts that go on
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ for the headers
 */
export function limitRates(
  fastify: FastifyInstance,
  store: RateStore,
  chargeOf: (request: FastifyRequest) => Charge | undefined,
): RateRefusals {
  const refusals = new Map<string, number>();
  const settle = (reply: FastifyReply, policy: RatePolicy, spent: Spent) => {
    tell(reply, policy, spent);
    if (spent.allowed) return undefined;
    refusals.set(policy.name, (refusals.get(policy.name) ?? 0) + 1);
    return tooMany(policy, spent);
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    const charge = chargeOf(request);
    if (!charge) return done();
    const { policy, payer } = charge;
    const spent = store.spend(`${policy.name} ${payer}`, policy.rate);
    if (!(spent instanceof Promise)) return done(settle(reply, policy, spent));
    spent.then((late) => done(settle(reply, policy, late)), done);
  });
  return refusals;
}

/** Sets the headers. */
function tell(reply: FastifyReply, { name, rate }: RatePolicy, { remaining, reset }: Spent): void {
  void reply.header('ratelimit-policy', `"${name}";q=${rate.limit};w=${toSeconds(rate.window)}`);
  void reply.header('ratelimit', `"${name}";r=${remaining};t=${toSeconds(reset)}`);
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
