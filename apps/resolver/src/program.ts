import { runProgram } from '#libs/supervisor';
import { startResolver } from './resolver.js';

/** Runs as a worker, or does what the command line says. */
export function run(): Promise<void> {
  return runProgram(
    {
      name: 'signpost-resolver',
      summary: 'A service registry with health checks, spoken to as Consul is, and a DNS server that answers for it.',
      section: 'resolver',
      debugPort: 'resolver_port',
      start: startResolver,
    },
    process.argv.slice(2),
    process.env,
  );
}
