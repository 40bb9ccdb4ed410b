import { measure } from '../measure.js';
import { startResolver } from '../resolver.js';
import { pathOf, reportOf, startServer, subject, type Subject } from '../subject.js';
import { frameQuestion, serviceName } from './questions.js';

const CONNECTIONS = 8;

/** Questions under way on each connection. */
const WINDOW = 64;

/** How an echo sends frames that came together, as peers/tcp-echo.ts has it. A server of DNS can be no faster than the second. */
const ECHOES = {
  gathered: 'net echo, a buffer for each frame, one write',
  each: 'net echo, a write for each frame',
  whole: 'net echo, the octets that came',
} as const;

/** CPU time for pipelined SRV answers over TCP, beside echoes that split the same frames. */
export async function benchTcp(): Promise<void> {
  const resolver = await startResolver(3);
  const echoes = await Promise.all(Object.entries(ECHOES).map(([way, name]) => startTcpEcho(way, name)));
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

async function startTcpEcho(way: string, name: string): Promise<Subject> {
  const { ready, child } = await startServer('./peers/tcp-echo.js', {}, [way]);
  return subject(name, ready.endpoints['dns']!, child);
}
