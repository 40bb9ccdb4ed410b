export { diskProbe } from './disk.js';
export { eventLoopProbe, type Delays } from './event-loop.js';
export { listenerProbe } from './listener.js';
export { type Probe } from './probe.js';
export { type ProbeGroups } from './probes.controller.js';
export { ProbesModule } from './probes.module.js';
export { Shutdown } from './shutdown.js';
