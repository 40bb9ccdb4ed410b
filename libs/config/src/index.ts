export { changedSettings } from './changes.js';
export { ConfigError, DEFAULT_FILE, loadConfig, type Sources } from './load.js';
export { environmentName, SETTINGS, type Config, type Section } from './settings.js';
