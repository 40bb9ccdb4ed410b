import type { Draft } from '../draft.js';
import type { Check } from '../model.js';

/** The id of the check by which a whole node is in maintenance: Consul's, which clients look for. */
export const NODE_MAINTENANCE = '_node_maintenance';

/** The id of the check by which one instance is in maintenance. */
export function serviceMaintenance(id: string): string {
  return `_service_maintenance:${id}`;
}

/** Whether a check says that somebody took a node or an instance out of service on purpose. */
export function isMaintenance({ id }: Check): boolean {
  return id === NODE_MAINTENANCE || id.startsWith(serviceMaintenance(''));
}

/**
 * Takes a node out of service, or one of its instances unless `instance` is empty: by a critical check, so that DNS and HTTP leave it
 * out. What is out already stays so for the reason that was given first, as in Consul.
 */
export function enterMaintenance(draft: Draft, node: string, instance: string, reason: string): void {
  const what = instance === '' ? 'node' : 'service';
  const id = instance === '' ? NODE_MAINTENANCE : serviceMaintenance(instance);
  if (draft.check(node, id)) return;
  draft.putCheck({
    node,
    id,
    name: instance === '' ? 'Node Maintenance Mode' : 'Service Maintenance Mode',
    status: 'critical',
    notes:
      reason || `Maintenance mode is enabled for this ${what}, but no reason was provided. This is a default message.`,
    output: '',
    serviceId: instance,
    serviceName: draft.instance(node, instance)?.service ?? '',
    type: 'maintenance',
    interval: '',
    timeout: '',
    definition: {},
  });
}

/** Puts it back into service. */
export function leaveMaintenance(draft: Draft, node: string, instance: string): void {
  draft.removeCheck(node, instance === '' ? NODE_MAINTENANCE : serviceMaintenance(instance));
}
