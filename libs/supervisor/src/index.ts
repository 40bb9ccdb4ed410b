export { parseCommandLine, readConfig, version, type Command, type Options } from './command-line.js';
export { requireFreePort } from './free-port.js';
export { isReady, type Ready } from './parent.js';
export { runProgram, type Program, type Started, type Supervisor } from './program.js';
export { type Running } from './signals.js';
export { CommandError, type Invocation, type SubCommand } from './sub-command.js';
export { listenError, StartError, storageError } from './start-error.js';
