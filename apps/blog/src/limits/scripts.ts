import type { Redis } from 'ioredis';
import type { Script } from '#libs/redis';

/**
 * What is counted for all processes, in Lua: atomic, by Redis's own clock, and with a time to live for every key. Times are in
 * milliseconds. None of it may write when the memory is full, except to take a count back.
 */

/**
 * Counts against rates by the generic cell rate algorithm: a key holds when nothing will be left of what was spent. That is counted from
 * 2023, as numbers have 53 bits: so there are enough for a fraction of a microsecond. What is no such time counts as no key.
 *
 * KEYS one for each payer
 * ARGV for each of them how many, what each of them adds to the debt, how high that may get, how high it is at least and at most
 * returns for each how many fitted, and the debt
 */
const CHARGE = `#!lua
local time = redis.call('TIME')
local now = (time[1] - 1700000000) * 1000 + time[2] / 1000
local replies = {}
for i, key in ipairs(KEYS) do
  local first = 5 * (i - 1)
  local count, interval = tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])
  local most, known = tonumber(ARGV[first + 3]), tonumber(ARGV[first + 4])
  local cap = tonumber(ARGV[first + 5])
  local stored = tonumber(redis.call('GET', key) or '')
  if not stored or stored ~= stored then stored = now end
  local full = math.min(math.max(stored, now + known), now + cap)
  local fitting = math.max(0, math.min(count, math.floor((now + most - full + 0.001) / interval)))
  full = full + fitting * interval
  if full > now then
    redis.call('SET', key, string.format('%.6f', full), 'PX', math.ceil(full - now))
  end
  replies[i] = { fitting, string.format('%.6f', full - now) }
end
return replies
`;

/**
 * Counts an attempt as one that fails, unless it has to wait. A key holds the count, the time of the last one, and that of the next.
 *
 * KEYS whose attempts
 * ARGV how many are free, the longest wait, the first wait, how long failures are remembered
 * returns 1 if it was counted, the count, how long ago the last one was, and how long the next one has to wait
 */
const BEGIN_ATTEMPT = `#!lua
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local free, longest = tonumber(ARGV[1]), tonumber(ARGV[2])
local first, memory = tonumber(ARGV[3]), tonumber(ARGV[4])
local count, last, next = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+) (%d+)$')
if next and next - now > 0 and next - now <= longest then
  return { 0, tonumber(count), now - last, next - now }
end
count = (last and now - last < memory and count or 0) + 1
local wait = 0
if count >= free then wait = math.min(first * 2 ^ (count - free), longest) end
local value = string.format('%d %d %d', count, now, now + wait)
redis.call('SET', KEYS[1], value, 'PX', math.max(memory, wait))
return { 1, count, 0, wait }
`;

/**
 * Counts one attempt less, and lets the next one wait no longer.
 *
 * KEYS whose attempts
 */
const TAKE_BACK_ATTEMPT = `#!lua flags=allow-oom
local count, last = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)')
if count then
  local value = string.format('%d %d %d', math.max(count - 1, 0), last, last)
  redis.call('SET', KEYS[1], value, 'KEEPTTL')
end
`;

/** By the names of the client's methods. */
export const SCRIPTS = {
  chargeRates: { lua: CHARGE },
  beginAttempt: { lua: BEGIN_ATTEMPT },
  takeBackAttempt: { lua: TAKE_BACK_ATTEMPT },
};

/** A client that knows them. */
export type Client = Redis & {
  chargeRates: Script<readonly [fitting: number, debt: string][]>;
  beginAttempt: Script<[counted: 0 | 1, count: number, sinceLast: number, untilNext: number]>;
  takeBackAttempt: Script<null>;
};
