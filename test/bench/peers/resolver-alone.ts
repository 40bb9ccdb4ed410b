// The resolver in one process, without a primary, with what the environment sets.
import { loadConfig } from '#libs/config';
import { createLogger } from '#libs/observability';
import { startResolver } from '../../../apps/resolver/src/resolver.js';

const config = loadConfig({ env: process.env });
const { endpoints } = await startResolver(config, createLogger(config.log, 'signpost-resolver'));
process.send!({ event: 'ready', endpoints });
