import type { Parameter } from './operation.js';

const STRING = { type: 'string' } as const;
/** Counts by being there; its value does not matter. */
const BARE = { type: 'string', description: 'Counts by being there, whatever its value.' } as const;

function parameter(name: string, description: string, schema: Parameter['schema'] = STRING): Parameter {
  return { name, description, schema };
}

export const PRETTY = parameter('pretty', 'Indents the answer.', BARE);
export const FILTER = parameter(
  'filter',
  'An expression that the records must meet, in Consul\'s filter language: `Service == web and "v1" in Tags`.',
);
export const DATACENTER = parameter('dc', 'The datacenter. There is one, so that any other is an error.');
export const NEAR = parameter(
  'near',
  'The node whose entries come first: `_agent` for our own. Other nodes leave the order.',
);
export const NODE_META = parameter('node-meta', 'What the metadata of the node must have, as `key:value`.', {
  type: 'array',
  items: STRING,
});
export const TAG = parameter('tag', 'A tag that the instance must have, in any letter case.', {
  type: 'array',
  items: STRING,
});
export const PASSING = parameter('passing', 'Leaves out instances with a check that does not pass.');
export const WAIT = parameter('wait', 'The longest time to wait, such as 30s: 5m unless told, 10m at most.');
export const HASH = parameter('hash', 'Answer when the content has another hash than this (X-Consul-ContentHash).');
export const NOTE = parameter('note', "Becomes the check's output.");
export const ENABLE = parameter('enable', 'true or false.');
export const REASON = parameter('reason', 'Why, for people.');
export const REPLACE_CHECKS = parameter(
  'replace-existing-checks',
  'Removes checks of the service that the body does not name, if it is bare or `true`.',
);
export const FORMAT = parameter('format', 'text: the status alone.');
export const METRICS_FORMAT = parameter('format', 'prometheus: as text, else as JSON.');
export const WAN = parameter('wan', 'Names the members as other datacenters would, if it is not empty.');

/** What every read of the catalog understands. */
export const READ: readonly Parameter[] = [
  parameter('index', 'Answer when the index is above this one (X-Consul-Index of the last answer).', {
    type: 'integer',
  }),
  WAIT,
  parameter('stale', 'Any server may answer. There is one.', BARE),
  parameter('consistent', 'The answer is the newest, as it always is.', BARE),
  parameter('cached', 'The answer may come from a cache, which here is as new as the catalog.', BARE),
  DATACENTER,
  FILTER,
  PRETTY,
];
