import { connect, type ClientHttp2Session } from 'node:http2';
import type { GrpcProbe, H2PingProbe } from './probe.js';
import { connectOptions, formatTarget } from './target.js';
import type { Verdict } from './verdict.js';

/** Opens an HTTP/2 session for `use` and closes it whatever comes of it. */
async function withSession<T>(
  probe: GrpcProbe | H2PingProbe,
  signal: AbortSignal,
  use: (session: ClientHttp2Session) => Promise<T>,
): Promise<T> {
  const session = connect(`${probe.useTls ? 'https' : 'http'}://${formatTarget(probe.target)}`, connectOptions(probe));
  const giveUp = () => session.destroy(new Error('the check was given up'));
  signal.addEventListener('abort', giveUp);
  const failed = new Promise<never>((_resolve, reject) => {
    session.once('error', reject);
    session.once('close', () => reject(new Error('the connection was closed')));
  });
  try {
    return await Promise.race([use(session), failed]);
  } finally {
    signal.removeEventListener('abort', giveUp);
    session.destroy();
  }
}

/** Sends an HTTP/2 PING frame and waits for its acknowledgement. */
export function runH2Ping(probe: H2PingProbe, signal: AbortSignal): Promise<Verdict> {
  return withSession(probe, signal, async (session) => {
    await new Promise<void>((resolve, reject) => {
      // Before the connection stands, Node cancels a ping instead of keeping it.
      session.once('connect', () => session.ping((error) => (error ? reject(error) : resolve())));
    });
    return { status: 'passing', output: 'HTTP2 ping was successful' };
  });
}

/** Calls `grpc.health.v1.Health/Check` (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
export function runGrpc(probe: GrpcProbe, signal: AbortSignal): Promise<Verdict> {
  const name = formatTarget(probe.target);
  return withSession(probe, signal, async (session) => {
    const { code, serving } = await callHealth(session, probe.service);
    if (code !== 0) throw new Error(`gRPC check ${name}: status code ${code}`);
    if (!serving) throw new Error(`gRPC check ${name}: not SERVING`);
    return { status: 'passing', output: `gRPC check ${name}: success` };
  });
}

/** Answers beyond this are not what the health protocol gives, in octets. */
const MAX_REPLY = 1024;

function callHealth(session: ClientHttp2Session, service: string): Promise<{ code: number; serving: boolean }> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let code = NaN;
    let reply = Buffer.alloc(0);
    const onHeaders = (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] !== undefined) code = Number(headers['grpc-status']);
    };
    stream.on('response', onHeaders); // an error without a message says so at once
    stream.on('trailers', onHeaders);
    stream.on('data', (chunk: Buffer) => {
      reply = Buffer.concat([reply, chunk]);
      if (reply.length > MAX_REPLY) stream.destroy(new Error('the answer is too long'));
    });
    stream.once('error', reject);
    stream.once('end', () => resolve({ code, serving: isServing(reply) }));
    stream.end(buildRequest(service));
  });
}

/** gRPC's frame (no compression, length) around `HealthCheckRequest { string service = 1 }`. */
function buildRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}

/** Protocol Buffers' number of variable length, seven bits an octet, lowest first. */
function varint(value: number): Buffer {
  const octets: number[] = [];
  for (; value > 0x7f; value >>>= 7) octets.push((value & 0x7f) | 0x80);
  return Buffer.from([...octets, value]);
}

/** Whether the framed message is `HealthCheckResponse { status = SERVING (1) }`. */
function isServing(reply: Buffer): boolean {
  return reply.length >= 7 && reply[5] === 0x08 && reply[6] === 0x01;
}
