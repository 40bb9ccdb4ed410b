import {
  duration,
  flag,
  ignored,
  integer,
  list,
  looseObject,
  map,
  object,
  optional,
  text,
  type Reader,
} from './decode.js';
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
  Namespace: ignored,
  Partition: ignored,
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
  Namespace: ignored,
  Partition: ignored,
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
  Partition: ignored,
  WriteRequest: ignored,
});

/** The body of `catalog/deregister`. */
export const readDeregistration = object({
  Node: text,
  Datacenter: text,
  ServiceID: text,
  CheckID: text,
  Address: ignored,
  PeerName: ignored,
  Partition: ignored,
  WriteRequest: ignored,
});

type Read<R> = R extends Reader<infer T> ? T : never;
export type RegistrationBody = Read<typeof readRegistration>;
export type CatalogServiceBody = Read<typeof service>;
export type CatalogCheckBody = Read<typeof check>;
export type CheckDefinitionBody = Read<typeof definition>;
