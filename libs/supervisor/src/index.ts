export { requireFreePort } from './free-port.js';
export { isReady, type Ready } from './parent.js';
export { runProgram, version, type Program, type Started } from './program.js';
export { type Running } from './signals.js';
export { listenError, StartError } from './start-error.js';
