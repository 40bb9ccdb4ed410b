import type { JsonSchema } from '../body/reader.js';

/** Keys whose values have names of their own for keys, whatever object they stand in. */
const MAPS: ReadonlySet<string> = new Set([
  'Meta',
  'NodeMeta',
  'ServiceMeta',
  'ServiceTaggedAddresses',
  'Services',
  'TaggedAddresses',
]);

/** Keys of what may be anything. */
const OPEN: ReadonlySet<string> = new Set(['Definition', 'DebugConfig']);

/** The schema of values that look like this one. @param isMap whether the keys of an object are names */
export function schemaOf(example: unknown, isMap = false): JsonSchema {
  if (Array.isArray(example)) return { type: 'array', items: example.length === 0 ? {} : schemaOf(example[0]) };
  if (example === null || example === undefined) return {};
  if (typeof example === 'number') return { type: Number.isInteger(example) ? 'integer' : 'number' };
  if (typeof example !== 'object') return { type: typeof example };
  const members = Object.entries(example);
  if (isMap) return { type: 'object', additionalProperties: members.length === 0 ? {} : schemaOf(members[0]![1]) };
  const properties = members.map(([key, value]) => [key, OPEN.has(key) ? {} : schemaOf(value, MAPS.has(key))]);
  return { type: 'object', properties: Object.fromEntries(properties) as Record<string, JsonSchema> };
}
