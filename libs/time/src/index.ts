export { systemClock, type Clock, type Timer } from './clock.js';
export { DeadlineError, sleep, withDeadline } from './deadline.js';
export { formatDuration, parseDuration } from './duration.js';
