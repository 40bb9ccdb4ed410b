import type { Pairs } from '#libs/registry';

const MAX_PAIRS = 64;
const MAX_KEY = 128;
const MAX_VALUE = 512;

/** What is wrong with the metadata of a service or node, in Consul's words, or undefined. */
export function metaFault(meta: Pairs): string | undefined {
  const pairs = Object.entries(meta);
  if (pairs.length > MAX_PAIRS) return `Node metadata cannot contain more than ${MAX_PAIRS} key/value pairs`;
  for (const [key, value] of pairs) {
    const fault = pairFault(key, value);
    if (fault) return `Couldn't load metadata pair ('${key}', '${value}'): ${fault}`;
  }
  return undefined;
}

function pairFault(key: string, value: string): string | undefined {
  if (key === '') return 'Key cannot be blank';
  if (!/^[a-zA-Z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > MAX_KEY) return `Key is too long (limit: ${MAX_KEY} characters)`;
  if (key.startsWith('consul-')) return "Key prefix 'consul-' is reserved for internal use";
  if (Buffer.byteLength(value) > MAX_VALUE) return `Value is too long (limit: ${MAX_VALUE} characters)`;
  return undefined;
}
