import type { ServerFacts } from '#libs/redis';

/** Policies that throw nothing out which has long to live: generations live longest, and much hangs on them. */
const GOOD_POLICIES = ['noeviction', 'volatile-ttl'];

/** What an operator should change, if anything. Nothing that is wrong with the policy makes an answer wrong. */
export function adviceFor({ evictionPolicy }: ServerFacts): string | undefined {
  if (GOOD_POLICIES.includes(evictionPolicy)) return undefined;
  return (
    `maxmemory-policy is ${evictionPolicy}: when the memory is full, it evicts generations and tombstones too, and all that hangs on ` +
    'them is read from the database again; set noeviction or volatile-ttl'
  );
}
