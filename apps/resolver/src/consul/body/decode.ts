import { parseJson } from './json.js';
import type { Reader } from './reader.js';

/**
 * Reads a request's body as Go's `encoding/json` does when Consul decodes it: keys in any letter case, unknown keys refused, null and
 * absent keys the zero value of their type, wrong types refused in Go's words.
 *
 * @throws DecodeError
 */
export function decode<T>(body: Uint8Array | undefined, read: Reader<T>): T {
  return read(parseJson(body ?? new Uint8Array()), '');
}
