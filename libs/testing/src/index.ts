export { eventually } from './eventually.js';
export { FakeClock } from './fake-clock.js';
export { TestProgram } from './program.js';
export { tempFolder } from './temp-folder.js';
