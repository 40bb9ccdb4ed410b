import { decode } from './decode.js';
import { looseObject, map, object } from './object.js';
import type { Read, Reader } from './reader.js';
import { duration, flag, ignored, integer, list, optional, text } from './values.js';
import { DecodeError } from './json.js';
import { readLocality, readServiceAddress, readWeights } from './service.js';

const service = object({
  ID: text,
  Service: text,
  Tags: list(text),
  Address: text,
  TaggedAddresses: map(readServiceAddress),
  Meta: map(text),
  Port: integer,
  SocketPath: text,
  Weights: optional(readWeights),
  EnableTagOverride: flag,
  Kind: text,
  Locality: optional(readLocality),
  Datacenter: ignored,
  Proxy: ignored,
  Connect: ignored,
  PeerName: ignored,
  CreateIndex: ignored,
  ModifyIndex: ignored,
});

/** How somebody else runs a check: shown as it came. Consul passes over unknown keys here, and only here. */
const definition = looseObject({
  HTTP: text,
  TLSServerName: text,
  TLSSkipVerify: flag,
  Header: map(list(text)),
  Method: text,
  Body: text,
  DisableRedirects: flag,
  TCP: text,
  TCPUseTLS: flag,
  UDP: text,
  GRPC: text,
  GRPCUseTLS: flag,
  OSService: text,
  H2PING: text,
  H2PingUseTLS: flag,
  Interval: duration,
  OutputMaxSize: integer,
  Timeout: duration,
  DeregisterCriticalServiceAfter: duration,
  ScriptArgs: list(text),
  DockerContainerID: text,
  Shell: text,
  AliasNode: text,
  AliasService: text,
  TTL: duration,
});

const check = object({
  Node: text,
  CheckID: text,
  Name: text,
  Status: text,
  Notes: text,
  Output: text,
  ServiceID: text,
  ServiceName: text,
  ServiceTags: list(text),
  Type: text,
  Interval: text,
  Timeout: text,
  ExposedPort: integer,
  Definition: definition,
  PeerName: ignored,
  CreateIndex: ignored,
  ModifyIndex: ignored,
});

/** The body of `catalog/register`. */
export const readRegistration = object({
  ID: text,
  Node: text,
  Address: text,
  Datacenter: text,
  TaggedAddresses: map(text),
  NodeMeta: map(text),
  Service: optional(service),
  Check: optional(check),
  Checks: list(check),
  SkipNodeUpdate: flag,
  Locality: optional(readLocality),
  PeerName: ignored,
  Token: ignored,
});

/** The body of `catalog/deregister`. */
export const readDeregistration = object({
  Node: text,
  Datacenter: text,
  ServiceID: text,
  CheckID: text,
  Address: ignored,
  PeerName: ignored,
  Token: ignored,
});

/** Decodes a body of the catalog, where Consul says of a namespace why it is refused. @throws DecodeError */
export function decodeCatalog<T>(body: Uint8Array | undefined, read: Reader<T>): T {
  try {
    return decode(body, read);
  } catch (error) {
    if (!(error instanceof DecodeError) || !error.message.endsWith('unknown field "Namespace"')) throw error;
    throw new DecodeError(`${error.message} - Namespaces are a Consul Enterprise feature`);
  }
}

export type RegistrationBody = Read<typeof readRegistration>;
export type CatalogServiceBody = Read<typeof service>;
export type CatalogCheckBody = Read<typeof check>;
export type CheckDefinitionBody = Read<typeof definition>;
