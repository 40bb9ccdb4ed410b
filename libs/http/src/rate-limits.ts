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
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const charge = chargeOf(request);
    if (!charge) return done();
    const { policy, payer } = charge;
    const spent = store.spend(`${policy.name} ${payer}`, policy.rate);
    if (!(spent instanceof Promise)) return done(settle(reply, policy, spent));
    spent.then((late) => done(settle(reply, policy, late)), done);
  });
}

/** Sets the headers. @returns the problem of a request too many */
function settle(reply: FastifyReply, { name, rate }: RatePolicy, { allowed, remaining, reset }: Spent) {
  const wait = Math.ceil(reset / 1_000);
  const window = Math.ceil(rate.window / 1_000);
  void reply.header('ratelimit-policy', `"${name}";q=${rate.limit};w=${window}`);
  void reply.header('ratelimit', `"${name}";r=${remaining};t=${wait}`);
  if (allowed) return undefined;
  return new Problem(HTTP_PROBLEMS.tooManyRequests, {
    detail: `at most ${rate.limit} in ${window} s`,
    headers: { 'retry-after': String(wait) },
  });
}
