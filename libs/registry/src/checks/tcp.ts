import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TcpProbe } from './probe.js';
import { connectOptions, formatTarget } from './target.js';
import type { Verdict } from './verdict.js';

/** Connects to a TCP port, with TLS if asked to, and hangs up. */
export function runTcp(probe: TcpProbe, signal: AbortSignal): Promise<Verdict> {
  const options = connectOptions(probe);
  return new Promise((resolve, reject) => {
    const socket = probe.useTls ? connectTls(options) : connect(options);
    const giveUp = () => socket.destroy(new Error('the check was given up'));
    signal.addEventListener('abort', giveUp);
    socket.once(probe.useTls ? 'secureConnect' : 'connect', () => {
      resolve({
        status: 'passing',
        output: `TCP${probe.useTls ? '+TLS' : ''} connect ${formatTarget(probe.target)}: Success`,
      });
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => signal.removeEventListener('abort', giveUp));
  });
}
