export { type Probe } from './probe.js';
export { type ProbeGroups } from './probes.controller.js';
export { ProbesModule } from './probes.module.js';
