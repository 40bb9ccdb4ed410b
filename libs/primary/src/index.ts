export { Channel, ChannelError } from './channel.js';
export { PRIMARY_VARIABLE, type Gathered, type Policy, type PrimaryState, type Serving } from './messages.js';
export { isReady, type Ready } from './parent.js';
export { isWorker, supervise } from './supervise.js';
