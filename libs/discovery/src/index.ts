export { AgentError, type Instance } from './agent.js';
export { Discovery, instanceId, type DiscoveryOptions, type Service } from './discovery.js';
export { pickInstance } from './pick.js';
export { type Registration } from './registration.js';
