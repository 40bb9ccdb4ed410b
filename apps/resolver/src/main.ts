#!/usr/bin/env node
import { supervise } from '#libs/primary';

// The primary loads nothing of the program: it stays small, and its workers are of the version that is there when they start.
await supervise({ name: 'signpost-resolver', section: 'resolver' }, () => import('./program.js'));
