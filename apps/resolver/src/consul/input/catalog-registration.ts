import type { Check, Draft, Instance, Node } from '#libs/registry';
import { formatDuration } from '#libs/time';
import type { CatalogCheckBody, CatalogServiceBody, CheckDefinitionBody, RegistrationBody } from '../body/catalog.js';
import { serverError } from '../errors.js';
import { isStatus } from './check.js';
import { refuseAnyAddress, toInstance, validatePort } from './instance.js';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Refuses what `catalog/register` cannot take whatever is registered already, in Consul's order. @throws ConsulError */
export function validateRegistration(body: RegistrationBody): void {
  if (body.Node === '') throw serverError('Must provide node');
  if (body.Address === '' && !body.SkipNodeUpdate)
    throw serverError('Must provide address if SkipNodeUpdate is not set');
  if (body.ID !== '' && !UUID.test(body.ID)) throw serverError(`Bad node ID: invalid UUID ${JSON.stringify(body.ID)}`);
  if (body.Service) validateService(body.Service);
}

function validateService(body: CatalogServiceBody): void {
  if (body.Service === '') {
    const hint = body.ID === '' ? '' : ' when service ID is provided';
    throw serverError(`Must provide service name (Service.Service)${hint}`);
  }
  refuseAnyAddress(body.Address, serverError);
  validatePort(body.Port);
}

/** Makes the changes that a validated registration asks for. @throws ConsulError when they do not fit what is there */
export function applyRegistration(draft: Draft, body: RegistrationBody, datacenter: string): void {
  const known = draft.node(body.Node);
  if (!known || !body.SkipNodeUpdate) draft.putNode(toNode(body, datacenter));
  const node = known?.name ?? body.Node;
  if (body.Service) draft.putInstance(serviceOf(node, body.Service));
  for (const check of body.Check ? [body.Check, ...body.Checks] : body.Checks)
    draft.putCheck(checkOf(draft, node, check));
}

function toNode(body: RegistrationBody, datacenter: string): Node {
  return {
    name: body.Node,
    id: body.ID.toLowerCase(),
    address: body.Address,
    datacenter,
    taggedAddresses: body.TaggedAddresses,
    meta: body.NodeMeta,
    ...(body.Locality && { locality: { region: body.Locality.Region, zone: body.Locality.Zone } }),
  };
}

function serviceOf(node: string, body: CatalogServiceBody): Instance {
  return toInstance(node, body.ID || body.Service, body.Service, body);
}

function checkOf(draft: Draft, node: string, body: CatalogCheckBody): Check {
  const id = body.CheckID || body.Name;
  const instance = body.ServiceID === '' ? undefined : draft.instance(node, body.ServiceID);
  if (body.ServiceID !== '' && !instance)
    throw serverError(`Unknown service ID '${body.ServiceID}' for check ID '${id}'`);
  return {
    node,
    id,
    name: body.Name,
    status: isStatus(body.Status) ? body.Status : 'critical',
    notes: body.Notes,
    output: body.Output,
    serviceId: body.ServiceID,
    serviceName: instance?.service ?? '',
    type: body.Type,
    interval: body.Interval,
    timeout: body.Timeout,
    definition: toDefinition(body.Definition),
  };
}

const DURATIONS: ReadonlySet<string> = new Set(['Interval', 'Timeout', 'DeregisterCriticalServiceAfter']);

/** As it is shown: empty values left out, durations as text, but `TTL` in nanoseconds. */
function toDefinition(body: CheckDefinitionBody): Check['definition'] {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(body)) {
    if (isEmpty(value)) continue;
    shown[key] = DURATIONS.has(key) ? formatDuration(value as number) : key === 'TTL' ? (value as number) * 1e6 : value;
  }
  return shown;
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value;
}
