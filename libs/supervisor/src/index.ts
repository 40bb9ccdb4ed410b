export { parseCommandLine, readConfig, version, type Command, type Options } from './command-line.js';
export { requireFreePort } from './free-port.js';
export { type Program, type Started, type Supervisor } from './program.js';
export { runProgram } from './run-program.js';
export { type Reload, type Running } from './running.js';
export { CommandError, type Invocation, type SubCommand } from './sub-command.js';
export { listenError, StartError, storageError } from './start-error.js';
