import type { Check, Instance, ServiceRegistration } from '#libs/registry';
import type { ServiceCheckBody } from '../body/check.js';
import type { ServiceBody } from '../body/service.js';
import { badRequest } from '../errors.js';
import { isStatus, toCheck } from './check.js';
import {
  refuseAnyAddress,
  toInstance,
  validatePort,
  validateTaggedAddresses,
  validateWeights,
  withOwnAddresses,
} from './instance.js';
import { metaFault } from './meta.js';
import { toProbe } from './probe.js';

/** The registration that the body of `service/register` asks for on `node`. @throws ConsulError */
export function toRegistration(node: string, body: ServiceBody, replaceExistingChecks: boolean): ServiceRegistration {
  const checks = body.Check ? [body.Check, ...body.Checks] : body.Checks;
  validate(node, body, checks);
  const instance = withOwnAddresses(toInstance(node, body.ID || body.Name, body.Name, body));
  return { instance, checks: toChecks(instance, checks), replaceExistingChecks };
}

/** In Consul's order, since the first fault is the one that is told. */
function validate(node: string, body: ServiceBody, checks: readonly ServiceCheckBody[]): void {
  if (body.Name === '') throw badRequest('Missing service name');
  refuseAnyAddress(body.Address, badRequest);
  validateWeights(body.Weights);
  const fault = metaFault(body.Meta);
  if (fault) throw badRequest(`Invalid Service Meta: ${fault}`);
  for (const check of checks) toProbe(check, node);
  for (const { Status } of checks) {
    if (Status !== '' && !isStatus(Status)) throw badRequest("Status for checks must 'passing', 'warning', 'critical'");
  }
  validatePort(body.Port);
  validateTaggedAddresses(body.TaggedAddresses);
}

function toChecks(instance: Instance, checks: readonly ServiceCheckBody[]): Check[] {
  const numbered = checks.length > 1;
  return checks.map((body, i) => {
    const id = body.CheckID || `service:${instance.id}${numbered ? `:${i + 1}` : ''}`;
    const name = body.Name || `Service '${instance.service}' check`;
    return toCheck({ node: instance.node, id, name, serviceId: instance.id, serviceName: instance.service }, body, '');
  });
}
