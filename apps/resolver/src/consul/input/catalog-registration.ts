import { registerNode, type Check, type Draft, type Instance, type Node } from '#libs/registry';
import { formatDuration } from '#libs/time';
import type { CatalogCheckBody, CatalogServiceBody, CheckDefinitionBody, RegistrationBody } from '../body/catalog.js';
import { badRequest, quote, serverError } from '../errors.js';
import { isStatus } from './check.js';
import { refuseAnyAddress, toInstance, validatePort } from './instance.js';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const UUID_LENGTH = 36;

/** Refuses what `catalog/register` cannot take whatever is registered already, in Consul's order. @throws ConsulError */
export function validateRegistration(body: RegistrationBody): void {
  if (body.Node === '') throw serverError('Must provide node');
  if (body.Address === '' && !body.SkipNodeUpdate)
    throw serverError('Must provide address if SkipNodeUpdate is not set');
  validateId(body.ID);
  if (body.Service) validateService(body.Service);
  for (const check of checksOf(body)) validateCheck(check, body.Node);
}

function validateId(id: string): void {
  if (id === '' || UUID.test(id)) return;
  const fault = id.length === UUID_LENGTH ? 'uuid is improperly formatted' : 'uuid string is wrong length';
  throw serverError(`Bad node ID: ${fault}`);
}

function checksOf(body: RegistrationBody): readonly CatalogCheckBody[] {
  return body.Check ? [body.Check, ...body.Checks] : body.Checks;
}

/** Consul stores a status of any word, which no reader would know what to do with. */
function validateCheck(check: CatalogCheckBody, node: string): void {
  if (check.Node !== '' && check.Node.toLowerCase() !== node.toLowerCase()) {
    throw serverError(`check node ${quote(check.Node)} does not match node ${quote(node)}`);
  }
  if (check.CheckID === '' && check.Name === '') throw badRequest('Missing check ID: neither CheckID nor Name is set');
  if (check.Status !== '' && !isStatus(check.Status)) throw badRequest(`Invalid check status: '${check.Status}'`);
}

function validateService(body: CatalogServiceBody): void {
  if (body.Service === '') {
    const hint = body.ID === '' ? '' : ' when service ID is provided';
    throw serverError(`Must provide service name (Service.Service)${hint}`);
  }
  refuseAnyAddress(body.Address, serverError);
  validatePort(body.Port);
}

/**
 * Makes the changes that a validated registration asks for.
 *
 * @param own the registry's own node
 * @throws ConsulError, NodeNameError when they do not fit what is there
 */
export function applyRegistration(draft: Draft, body: RegistrationBody, own: Node): void {
  if (!body.SkipNodeUpdate || !draft.node(body.Node)) registerNode(draft, toNode(body, own.datacenter), own);
  const node = draft.node(body.Node)!.name;
  if (body.Service) draft.putInstance(serviceOf(node, body.Service));
  for (const check of checksOf(body)) draft.putCheck(checkOf(draft, node, check));
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
