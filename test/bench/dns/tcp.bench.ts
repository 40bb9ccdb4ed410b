import { measure } from '../measure.js';
import { startResolver } from '../resolver.js';
import { pathOf, reportOf, startServer, subject, type Subject } from '../subject.js';
import { frameQuestion, serviceName } from './questions.js';

const CONNECTIONS = 8;

/** Questions under way on each connection. */
const WINDOW = 64;

/** Octets of the answer, its length included: three targets with an address each. */
const ANSWER = 307;

/** How an echo sends frames that came together, as peers/tcp-echo.ts has it. A server of DNS can be no faster than the last. */
const ECHOES = {
  'net echo, a buffer for each frame, one write': ['gathered'],
  "the same, answers filled up to the resolver's length": ['gathered', String(ANSWER)],
  'net echo, a write for each frame': ['each'],
  'net echo, the octets that came': ['whole'],
} as const;

/** CPU time for pipelined SRV answers over TCP, beside echoes that split the same frames. */
export async function benchTcp(): Promise<void> {
  const resolver = await startResolver(3);
  const echoes = await Promise.all(Object.entries(ECHOES).map(([name, args]) => startTcpEcho(name, args)));
  const question = frameQuestion(serviceName('web'), 'SRV');
  let busiest = 0;
  const load = async ({ host, port }: Subject, ms: number) => {
    const command = [process.execPath, pathOf('./load/tcp.js')];
    const args = [host, port, ms, CONNECTIONS, WINDOW];
    const { answers, busy } = await reportOf<{ answers: number; busy: number }>(command, args, question);
    busiest = Math.max(busiest, busy);
    return answers;
  };
  try {
    const title = `DNS over TCP: SRV, 3 instances, ${WINDOW} under way on each of ${CONNECTIONS} connections`;
    await measure(title, [...echoes, resolver.dns], load);
    console.log(`\nThe load used its core for at most ${Math.round(busiest * 100)} % of a round.`);
  } finally {
    for (const one of [...echoes, resolver]) one.stop();
  }
}

async function startTcpEcho(name: string, args: readonly string[]): Promise<Subject> {
  const { ready, child } = await startServer('./peers/tcp-echo.js', {}, args);
  return subject(name, ready.endpoints['dns']!, child);
}
