import type { CheckEntry, InstanceEntry, NodeEntry } from '#libs/registry';

/** A check as the catalog's and health endpoints show it. */
export function healthCheck(entry: CheckEntry, instance: InstanceEntry | undefined) {
  const { check } = entry;
  return {
    Node: check.node,
    CheckID: check.id,
    Name: check.name,
    Status: check.status,
    Notes: check.notes,
    Output: check.output,
    ServiceID: check.serviceId,
    ServiceName: check.serviceName,
    ServiceTags: instance?.instance.tags ?? [],
    Type: check.type,
    Interval: check.interval,
    Timeout: check.timeout,
    ExposedPort: 0,
    Definition: check.definition,
    CreateIndex: entry.createRevision,
    ModifyIndex: entry.modifyRevision,
  };
}

export type HealthCheckShape = ReturnType<typeof healthCheck>;

/** The checks of an instance: those of its node first, as clients expect, then its own. */
export function checksOf(instance: InstanceEntry): HealthCheckShape[] {
  return [
    ...instance.node.ownChecks.map((entry) => healthCheck(entry, undefined)),
    ...instance.ownChecks.map((entry) => healthCheck(entry, instance)),
  ];
}

/** All checks on a node. */
export function checksOn(node: NodeEntry): HealthCheckShape[] {
  return [...node.checks.values()].map((entry) => healthCheck(entry, node.instances.get(entry.check.serviceId)));
}
