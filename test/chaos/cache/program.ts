// A blog whose cache is of the design that CHAOS_DESIGN names, and goes wrong as its parent tells it to. Nothing of this is in main.js.
import { loadConfig } from '#libs/config';
import { createLogger } from '#libs/observability';
import { systemClock } from '#libs/time';
import { startBlog } from '../../../apps/blog/src/blog.js';
import { makeDesign, type Design } from './designs.js';
import { NO_FAULTS, withFaults, wrongClock, type Faults } from './faults.js';

let faults = NO_FAULTS;
process.on('message', (sent: Partial<Faults>) => (faults = { ...NO_FAULTS, ...sent }));
process.on('disconnect', () => process.exit());

const design = process.env['CHAOS_DESIGN'] as Design;
const config = loadConfig({ env: process.env });
const { endpoints } = await startBlog(config, createLogger(config.log, `blog ${design}`), {
  clock: wrongClock(systemClock, () => faults),
  makeCache: (settings) => withFaults(makeDesign(design, settings), () => faults),
});
process.send!({ event: 'ready', endpoints });
