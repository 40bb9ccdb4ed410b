import { map, object } from './object.js';
import type { Read } from './reader.js';
import { duration, flag, integer, list, optional, text } from './values.js';

/** How a check is run, as both kinds of registration write it. Times in milliseconds. */
const CHECK_TYPE = {
  Name: text,
  Status: text,
  Notes: text,
  ScriptArgs: list(text),
  HTTP: text,
  Header: map(list(text)),
  Method: text,
  Body: text,
  DisableRedirects: flag,
  TCP: text,
  TCPUseTLS: flag,
  UDP: text,
  Interval: duration,
  AliasNode: text,
  AliasService: text,
  DockerContainerID: text,
  Shell: text,
  GRPC: text,
  GRPCUseTLS: flag,
  OSService: text,
  H2PING: text,
  H2PingUseTLS: optional(flag),
  TLSServerName: text,
  TLSSkipVerify: flag,
  Timeout: duration,
  TTL: duration,
  SuccessBeforePassing: integer,
  FailuresBeforeWarning: integer,
  FailuresBeforeCritical: integer,
  ProxyHTTP: text,
  ProxyGRPC: text,
  DeregisterCriticalServiceAfter: duration,
  OutputMaxSize: integer,
} as const;

const ALIASES = {
  args: 'ScriptArgs',
  script_args: 'ScriptArgs',
  deregister_critical_service_after: 'DeregisterCriticalServiceAfter',
  docker_container_id: 'DockerContainerID',
  tls_server_name: 'TLSServerName',
  tls_skip_verify: 'TLSSkipVerify',
  tcp_use_tls: 'TCPUseTLS',
  grpc_use_tls: 'GRPCUseTLS',
  h2ping_use_tls: 'H2PingUseTLS',
} as const;

/** A check inside a service's registration. */
export const readServiceCheck = object({ CheckID: text, ...CHECK_TYPE }, ALIASES);

/** The body of `check/register`. */
export const readCheck = object(
  { ID: text, ServiceID: text, Token: text, ...CHECK_TYPE },
  { ...ALIASES, service_id: 'ServiceID', disable_redirects: 'DisableRedirects' },
);

/** The body of `check/update`. */
export const readUpdate = object({ Status: text, Output: text });

export type ServiceCheckBody = Read<typeof readServiceCheck>;
export type CheckBody = Read<typeof readCheck>;
/** What both kinds say about how a check is run. */
export type CheckType = Omit<ServiceCheckBody, 'CheckID'>;
