#!/usr/bin/env node
import { runProgram } from '#libs/supervisor';
import { startResolver } from './resolver.js';

await runProgram(
  {
    name: 'signpost-resolver',
    summary: 'A service registry with health checks, spoken to as Consul is, and a DNS server that answers for it.',
    debugPort: 'resolver_port',
    start: startResolver,
  },
  process.argv.slice(2),
  process.env,
);
