export { ownSockets, type Sockets } from './sockets.js';
