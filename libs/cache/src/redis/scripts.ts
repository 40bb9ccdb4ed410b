import type { Redis } from 'ioredis';
import type { Script } from '#libs/redis';

/**
 * The atomic steps, in Lua. Keys of all of them are laid out in `keys.ts`; times are in milliseconds.
 *
 * `allow-oom` where a step makes things right rather than fast: it succeeds when the memory is full. It needs Redis 7.
 */

/**
 * Gives a key a nonce and its generations nonces, unless they have some.
 *
 * KEYS entry, lease, epoch, generation...
 * ARGV a new nonce, run id, time of a mark, of a lease, of a generation, the version that is wanted at least
 * returns the key's nonce, the stamp, and 1 for the first to claim, unless what it wants has been stored meanwhile
 */
export const CLAIM = `#!lua
local epoch = redis.call('GET', KEYS[3])
if not epoch or string.sub(epoch, 1, #ARGV[2]) ~= ARGV[2] then
  epoch = ARGV[2] .. ARGV[1]
  redis.call('SET', KEYS[3], epoch, 'PX', ARGV[5])
end
local stamp = epoch
for i = 4, #KEYS do
  local generation = redis.call('GET', KEYS[i])
  if not generation then
    generation = ARGV[1]
    redis.call('SET', KEYS[i], generation, 'PX', ARGV[5])
  end
  stamp = stamp .. '.' .. generation
end
local head = redis.call('GETRANGE', KEYS[1], 0, 511)
local version, nonce, stored = string.match(head, '^%a (%d+) (%S+) ?(%S*)')
if not nonce then
  nonce = ARGV[1]
  redis.call('SET', KEYS[1], 'T 0 ' .. nonce, 'PX', ARGV[3])
elseif stored == stamp and tonumber(version) >= tonumber(ARGV[6]) then
  return { nonce, stamp, 0 }
end
local first = redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[4])
return { nonce, stamp, first and 1 or 0 }
`;

/**
 * Stores a value, unless something happened since the claim.
 *
 * KEYS entry, lease, epoch, generation...
 * ARGV nonce and stamp of the claim, version, value, its time, time of a generation
 * returns stored, older or void
 */
export const FILL = `#!lua
local version, nonce = string.match(redis.call('GETRANGE', KEYS[1], 0, 511), '^%a (%d+) (%S+)')
if nonce ~= ARGV[1] then return 'void' end
if tonumber(version) > tonumber(ARGV[3]) then return 'older' end
local stamp = {}
for i = 3, #KEYS do
  stamp[#stamp + 1] = redis.call('GET', KEYS[i]) or ''
end
if table.concat(stamp, '.') ~= ARGV[2] then return 'void' end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
redis.call('DEL', KEYS[2])
for i = 3, #KEYS do
  if redis.call('PTTL', KEYS[i]) < ARGV[6] / 2 then redis.call('PEXPIRE', KEYS[i], ARGV[6]) end
end
return 'stored'
`;

/**
 * Leaves a tombstone at each row that is older than its new version, ends generations, and tells all processes.
 *
 * KEYS entry..., generation...
 * ARGV a new nonce, time of a tombstone, channel, message, version of each entry...
 */
export const INVALIDATE = `#!lua flags=allow-oom
local rows = #ARGV - 4
for i = 1, rows do
  local version = string.match(redis.call('GETRANGE', KEYS[i], 0, 511), '^%a (%d+)')
  if not version or tonumber(version) < tonumber(ARGV[4 + i]) then
    redis.call('SET', KEYS[i], 'T ' .. ARGV[4 + i] .. ' ' .. ARGV[1], 'PX', ARGV[2])
  end
end
for i = rows + 1, #KEYS do
  redis.call('DEL', KEYS[i])
end
redis.call('PUBLISH', ARGV[3], ARGV[4])
`;

/**
 * Forgets a key, and tells all processes. A transaction would do, but Redis 7.0 sends what a client publishes to itself in the middle of
 * the reply to EXEC.
 *
 * KEYS entry
 * ARGV channel, message
 */
export const DROP = `#!lua flags=allow-oom
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[1], ARGV[2])
`;

/** By the names of the client's methods. */
export const SCRIPTS = {
  cacheClaim: { lua: CLAIM },
  cacheFill: { lua: FILL },
  cacheInvalidate: { lua: INVALIDATE },
  cacheDrop: { lua: DROP },
};

/** A client that knows them. */
export type Client = Redis & {
  cacheClaim: Script<[nonce: string, stamp: string, first: 0 | 1]>;
  cacheFill: Script<'stored' | 'older' | 'void'>;
  cacheInvalidate: Script<null>;
  cacheDrop: Script<null>;
};
