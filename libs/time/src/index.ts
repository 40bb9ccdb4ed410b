export { systemClock, type Clock, type Timer } from './clock.js';
export { formatDuration, parseDuration } from './duration.js';
