export { canonicalAddress } from './address.js';
export { Catalog, type CatalogCounts } from './catalog.js';
export type { HttpProbe, Periodic, Probe, Target, TtlProbe } from './checks/probe.js';
export { parseTarget } from './checks/target.js';
export { MAX_OUTPUT, type Verdict } from './checks/verdict.js';
export type { VerdictCounts } from './checks/verdict-counts.js';
export { OverloadError, type Mutation, type StoreWrites } from './committer.js';
export { Draft, viewOf, type View } from './draft.js';
export { compareText, InstanceEntry, NodeEntry, ServiceEntry, type CheckEntry } from './entries.js';
export { BOOLEAN, LIST, mapOf, NUMBER, objectOf, objectsOf, STRING, type Field } from './filter/fields.js';
export { compileFilter, type Filter } from './filter/filter.js';
export { newBudget } from './filter/pattern.js';
export { FilterError } from './filter/syntax.js';
export {
  worse,
  type Change,
  type Check,
  type Instance,
  type Locality,
  type Node,
  type Pairs,
  type Revision,
  type ServiceAddress,
  type Status,
  type Weights,
} from './model.js';
export { enterMaintenance, isMaintenance, leaveMaintenance } from './operations/maintenance.js';
export { OWN_SERVICE, SERF_HEALTH, SERVER_PORT } from './operations/own-node.js';
export { NodeNameError, registerNode } from './operations/register-node.js';
export {
  deregisterService,
  registerCheck,
  registerService,
  type ServiceRegistration,
} from './operations/register-service.js';
export { Registry, type RegistryOptions } from './registry.js';
export { SqliteStore, type SqliteStoreOptions } from './stores/sqlite/sqlite-store.js';
export {
  StoreError,
  type Committed,
  type Lease,
  type LeaseListener,
  type RegistryStore,
  type Snapshot,
  type Stamps,
  type StoreErrorReason,
} from './stores/store.js';
export type { CatalogEvent } from './touch.js';
export { revisionOf, Watches, type Topic, type Waiter } from './watch.js';
