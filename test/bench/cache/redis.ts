import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';

/** A redis-server on the core of the load: what it takes is none of the blog's CPU time. */
export async function startRedis(): Promise<{ readonly url: string; stop(): void }> {
  const port = await freePort();
  const server = ['redis-server', '--port', `${port}`, '--bind', '127.0.0.1', '--save', ''];
  const child = spawn('taskset', ['-c', '1', ...server], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const chunk of child.stdout) {
    if (String(chunk).includes('Ready to accept connections')) break;
  }
  return { url: `redis://127.0.0.1:${port}`, stop: () => void child.kill('SIGKILL') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
