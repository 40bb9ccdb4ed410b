import { MAX_OUTPUT, parseTarget, type Probe, type Target } from '#libs/registry';
import type { CheckType } from '../body/check.js';
import { badRequest, serverError } from '../errors.js';

/** Consul raises shorter intervals to this, in milliseconds. */
const MIN_INTERVAL = 1_000;
/** Consul raises a shorter `DeregisterCriticalServiceAfter` to this, in milliseconds. */
const MIN_DEREGISTER_AFTER = 60_000;
const DEFAULT_TIMEOUT = 10_000;
/** A day, in milliseconds: no check of any use is rarer or slower, and Node's timers end at 24 days. */
const MAX_TIME = 86_400_000;

/**
 * How the registry is to run a check.
 *
 * @param node what an alias without a node means
 * @throws ConsulError when the body contradicts itself or asks for what is not allowed
 */
export function toProbe(body: CheckType, node: string): Probe {
  const fault = contradiction(body);
  if (fault) throw badRequest(`Invalid check: ${fault}`);
  if (isScript(body)) {
    throw serverError(
      "Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true",
    );
  }
  const common = {
    outputMaxSize: Math.min(body.OutputMaxSize || MAX_OUTPUT, MAX_OUTPUT),
    deregisterCriticalServiceAfter: atLeast(MIN_DEREGISTER_AFTER, body.DeregisterCriticalServiceAfter),
  };
  if (isAlias(body)) return { ...common, type: 'alias', node: body.AliasNode || node, serviceId: body.AliasService };
  if (!isActive(body)) return { ...common, type: 'ttl', ttl: body.TTL };
  return { ...common, ...periodic(body), ...toTarget(body) };
}

/** Consul's own validation, in its order and words. */
function contradiction(body: CheckType): string | undefined {
  if (body.Interval > 0 && body.TTL > 0) return 'Interval and TTL cannot both be specified';
  if (isActive(body) && body.Interval <= 0) {
    return 'Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks';
  }
  if (isActive(body) && isAlias(body)) return 'Interval cannot be set for Alias checks';
  if (isAlias(body) && body.TTL > 0) return 'TTL must be not be set for Alias checks';
  if (!isActive(body) && !isAlias(body) && body.TTL <= 0) return 'TTL must be > 0 for TTL checks';
  if (body.OutputMaxSize < 0) return 'MaxOutputMaxSize must be positive';
  if (body.FailuresBeforeWarning > body.FailuresBeforeCritical) {
    return "FailuresBeforeWarning can't be higher than FailuresBeforeCritical";
  }
  return undefined;
}

function isScript(body: CheckType): boolean {
  return body.ScriptArgs.length > 0;
}

function isAlias(body: CheckType): boolean {
  return body.AliasNode !== '' || body.AliasService !== '';
}

/** Whether it has to be run at intervals. */
function isActive(body: CheckType): boolean {
  const { HTTP, TCP, UDP, GRPC, H2PING, OSService } = body;
  return isScript(body) || [HTTP, TCP, UDP, GRPC, H2PING, OSService].some((target) => target !== '');
}

function periodic(body: CheckType) {
  return {
    interval: Math.min(Math.max(body.Interval, MIN_INTERVAL), MAX_TIME),
    timeout: Math.min(body.Timeout > 0 ? body.Timeout : DEFAULT_TIMEOUT, MAX_TIME),
    successBeforePassing: body.SuccessBeforePassing,
    failuresBeforeWarning: body.FailuresBeforeWarning || body.FailuresBeforeCritical,
    failuresBeforeCritical: body.FailuresBeforeCritical,
  };
}

/** What is to be asked, by the first of the fields that say so. */
function toTarget(body: CheckType) {
  const tls = { tlsServerName: body.TLSServerName, tlsSkipVerify: body.TLSSkipVerify };
  if (body.HTTP !== '') return { ...http(body), ...tls };
  if (body.TCP !== '') return { type: 'tcp' as const, target: target('TCP', body.TCP), useTls: body.TCPUseTLS, ...tls };
  if (body.UDP !== '') return { type: 'udp' as const, target: target('UDP', body.UDP) };
  if (body.H2PING !== '') {
    return {
      type: 'h2ping' as const,
      target: target('H2PING', body.H2PING),
      useTls: body.H2PingUseTLS ?? true,
      ...tls,
    };
  }
  if (body.GRPC === '') throw badRequest('Invalid check: OSService checks are not supported');
  const [address, ...service] = body.GRPC.split('/');
  const useTls = body.GRPCUseTLS;
  return { type: 'grpc' as const, target: target('GRPC', address!), service: service.join('/'), useTls, ...tls };
}

function target(field: string, text: string): Target {
  const found = parseTarget(text);
  if (!found) throw badRequest(`Invalid check: ${field} must be a host and a port, such as 127.0.0.1:80`);
  return found;
}

function http(body: CheckType) {
  if (!URL.canParse(body.HTTP) || !/^https?:/i.test(body.HTTP)) {
    throw badRequest('Invalid check: HTTP must be a URL that begins with http:// or https://');
  }
  if (!/^[A-Za-z]*$/.test(body.Method)) throw badRequest('Invalid check: Method must be an HTTP method');
  return {
    type: 'http' as const,
    url: body.HTTP,
    method: body.Method.toUpperCase() || 'GET',
    headers: headers(body.Header),
    body: body.Body,
    disableRedirects: body.DisableRedirects,
  };
}

/** Field names and values as RFC 9110, 5.1 and 5.5 allow them: no line ends, through which one request could become two. */
function headers(given: CheckType['Header']): CheckType['Header'] {
  for (const [name, values] of Object.entries(given)) {
    const valid =
      /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && values.every((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value));
    if (!valid) throw badRequest(`Invalid check: Header ${JSON.stringify(name)} is not valid`);
  }
  return given;
}

function atLeast(floor: number, ms: number): number {
  return ms > 0 ? Math.max(floor, ms) : 0;
}
