import { readServiceCheck } from './check.js';
import { map, object } from './object.js';
import type { Read } from './reader.js';
import { flag, ignored, integer, list, optional, text } from './values.js';

/** An address for one kind of caller. */
export const readServiceAddress = object({ Address: text, Port: integer });
export const readWeights = object({ Passing: integer, Warning: integer });
export const readLocality = object({ Region: text, Zone: text });

/** The body of `service/register`. What belongs to the mesh is passed over. */
export const readService = object(
  {
    ID: text,
    Name: text,
    Tags: list(text),
    Address: text,
    TaggedAddresses: map(readServiceAddress),
    Meta: map(text),
    Port: integer,
    SocketPath: text,
    Check: optional(readServiceCheck),
    Checks: list(readServiceCheck),
    Weights: optional(readWeights),
    EnableTagOverride: flag,
    Kind: text,
    Locality: optional(readLocality),
    Token: text,
    Proxy: ignored,
    Connect: ignored,
  },
  { enable_tag_override: 'EnableTagOverride', tagged_addresses: 'TaggedAddresses' },
);

export type ServiceBody = Read<typeof readService>;
