import type { Subject } from './subject.js';

/** Something that makes a reload fail: the workers that are there have to stay. */
export interface Trouble {
  readonly name: string;
  /** Makes it so; `Subject.restore` takes it back. */
  make(subject: Subject): void;
}

const ENTRY = 'export function run() {';

export const TROUBLES: readonly Trouble[] = [
  { name: 'a broken configuration', make: (subject) => subject.write('[nonsense]\nkey = 1\n') },
  newBuild('a build that throws at its start', `throw new Error('broken build'); ${ENTRY}`),
  newBuild('a worker that ends after 300 ms', `setTimeout(() => process.exit(7), 300); ${ENTRY}`),
  newBuild(
    'a worker that never gets ready',
    `${ENTRY} return new Promise((resolve) => setTimeout(resolve, 3_600_000));`,
  ),
];

function newBuild(name: string, entry: string): Trouble {
  return { name, make: ({ build, app }) => build.edit(`dist/apps/${app}/src/program.js`, ENTRY, entry) };
}

/** What the drain of connections is without care: the close of Node's HTTP server, and nothing said to clients. */
export function drainCarelessly({ build }: Subject): void {
  const file = 'dist/libs/http/src/draining.js';
  build.edit(file, 'draining = begun = true;', 'begun = true;');
  build.edit(file, 'Server.prototype.close.call(fastify.server);', 'fastify.server.close();');
}

/** Ends TCP clients of DNS at once, and UDP before there is anybody else: as if the sockets were not shared. */
export function leaveDnsCarelessly({ build }: Subject): void {
  build.edit('dist/libs/dns/src/server/tcp.js', 'async handOver() {', 'async handOver() { await this.stop(); return;');
}
